/**
 * What the viewer's app opens over a video: `(await import("/people/sheet.js")).open("v/ID")`.
 * The address never changes; what it fetches carries its content in its name.
 */

/** Shows comments (`v/ID`) or a person (`@asha`) over the page; the phone's back button closes it. */
export async function open(path: string): Promise<void> {
  const { over } = await import("./over.ts");
  await over(path);
}
