/** Figures as an operator reads them. */

const numbers = new Intl.NumberFormat("en-IN");

export const whole = (value: number): string => numbers.format(Math.round(value));

export const percent = (share: number, digits = 1): string => `${(100 * share).toFixed(digits)} %`;

/** As many digits as tell something: 3 of them, never in powers of ten. */
export function short(value: number): string {
  const size = Math.abs(value);
  if (size >= 1000) return whole(value);
  if (size >= 100) return value.toFixed(0);
  if (size >= 10) return value.toFixed(1);
  if (size >= 1) return value.toFixed(2);
  if (size === 0) return "0";
  return String(Number(value.toFixed(size >= 0.1 ? 3 : size >= 0.001 ? 4 : 6)));
}

export const signed = (value: number): string => (value > 0 ? "+" : "") + short(value);

export function ago(atMs: number, nowMs: number): string {
  const s = Math.max((nowMs - atMs) / 1000, 0);
  if (s < 90) return `${Math.round(s)} s ago`;
  if (s < 5400) return `${Math.round(s / 60)} min ago`;
  if (s < 129_600) return `${Math.round(s / 3600)} h ago`;
  return `${Math.round(s / 86_400)} days ago`;
}

/** As logs have it, whatever zone the operator is in. */
export const day = (atMs: number): string => `${new Date(atMs).toISOString().slice(0, 16).replace("T", " ")} UTC`;

/** 41 h, 12 days; "never" where there is no end. */
export function hours(h: number | null): string {
  if (h === null) return "never";
  if (h < 1) return `${Math.round(h * 60)} min`;
  return h < 72 ? `${h.toFixed(1)} h` : `${Math.round(h / 24)} days`;
}

export const words = (name: string): string => name.replaceAll("_", " ");
