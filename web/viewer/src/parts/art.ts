/** Drawn art and ThumbHash, fetched when they are first wanted: a new viewer chooses languages first. */

type Pen = typeof import("../../../shared/art/pens.ts");
let pen: Pen | undefined;

export const art = async (): Promise<void> => { pen = await import("../../../shared/art/pens.ts"); };

/** Runs `draw` now, or as soon as there is something to draw with. */
export function drawn(draw: (pen: Pen) => void): void {
  if (pen) draw(pen);
  else art().then(() => drawn(draw)).catch(() => undefined); // without, the ground's colour stays
}
