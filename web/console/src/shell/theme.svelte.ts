/** Light, dark, or as the system has it; kept in this browser. */

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const KEPT = "jhalak.console.theme";

function kept(): Theme {
  try {
    return THEMES.find((one) => one === localStorage.getItem(KEPT)) ?? "system";
  } catch {
    return "system"; // storage is off: the system's it is
  }
}

function put(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

const first = kept();
put(first);
let now = $state<Theme>(first);

export const theme = {
  get now(): Theme {
    return now;
  },
  set(wanted: Theme): void {
    now = wanted;
    put(wanted);
    try {
      localStorage.setItem(KEPT, wanted);
    } catch {
      // It holds until the page is left.
    }
  },
};
