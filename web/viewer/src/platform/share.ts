/** Sharing by the phone's own sheet; where there is none the link is copied. */

/** How it ended: the viewer may think better of it. */
export type Shared = "shared" | "copied" | "left";

export async function share(title: string, url: string): Promise<Shared> {
  if (navigator.share) {
    try {
      await navigator.share({ title, url });
      return "shared";
    } catch (error) {
      if ((error as DOMException).name === "AbortError") return "left";
    }
  }
  return (await copied(url)) ? "copied" : "left";
}

async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedByHand(text); // no clipboard outside of secure contexts
  }
}

function copiedByHand(text: string): boolean {
  const field = document.createElement("textarea");
  field.value = text;
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}
