/**
 * ThumbHash: the other half of what the server wrote (Evan Wallace, evanw.github.io/thumbhash).
 * Some 25 bytes hold a cosine transform of lightness and two colour differences.
 */

const SIDE = 32; // pixels of the longer side: nothing finer is in there

type Term = [across: number, down: number, strength: number];

/** Draws into `canvas` what looks like the picture from afar; false for a hash that is none. */
export function drawPlaceholder(canvas: HTMLCanvasElement, hash: string | undefined): boolean {
  const bytes = decoded(hash);
  const context = bytes && canvas.getContext("2d");
  if (!bytes || !context) return false;
  const { width, height, pixel } = read(bytes);
  [canvas.width, canvas.height] = [width, height];
  const image = new ImageData(width, height);
  for (let y = 0, at = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, at += 4) image.data.set([...pixel(x, y), 255], at);
  }
  context.putImageData(image, 0, 0);
  return true;
}

function decoded(hash: string | undefined): Uint8Array | null {
  try {
    const bytes = Uint8Array.from(atob(hash ?? ""), (letter) => letter.charCodeAt(0));
    return bytes.length > 5 ? bytes : null;
  } catch {
    return null;
  }
}

function read(bytes: Uint8Array) {
  const at = (i: number) => bytes[i] ?? 0;
  const first = at(0) | (at(1) << 8) | (at(2) << 16);
  const second = at(3) | (at(4) << 8);
  const landscape = second >> 15;
  const short = second & 7;
  const [nx, ny] = landscape ? [7, short] : [short, 7];
  let nibble = 0;
  const terms = (across: number, down: number, scale: number): Term[] => {
    const found: Term[] = [];
    for (let cy = 0; cy < down; cy += 1) {
      for (let cx = cy ? 0 : 1; cx * down < across * (down - cy); cx += 1, nibble += 1) {
        const value = (at(5 + (nibble >> 1)) >> ((nibble & 1) << 2)) & 15;
        found.push([cx, cy, (value / 7.5 - 1) * scale]);
      }
    }
    return found;
  };
  const light = terms(Math.max(3, nx), Math.max(3, ny), ((first >> 18) & 31) / 31);
  const yellow = terms(3, 3, (((second >> 3) & 63) / 63) * 1.25); // bolder than they are stored
  const red = terms(3, 3, (((second >> 9) & 63) / 63) * 1.25);
  const width = Math.round(nx >= ny ? SIDE : (SIDE * nx) / ny);
  const height = Math.round(nx >= ny ? (SIDE * ny) / nx : SIDE);
  const sum = (channel: Term[], mean: number, x: number, y: number) => channel.reduce((total, [cx, cy, value]) => total
    + 2 * value * Math.cos((Math.PI / width) * (x + 0.5) * cx) * Math.cos((Math.PI / height) * (y + 0.5) * cy), mean);
  const pixel = (x: number, y: number) => {
    const l = sum(light, (first & 63) / 63, x, y);
    const p = sum(yellow, ((first >> 6) & 63) / 31.5 - 1, x, y);
    const q = sum(red, ((first >> 12) & 63) / 31.5 - 1, x, y);
    const b = l - (2 / 3) * p;
    const r = (3 * l - b + q) / 2;
    return [r, r - q, b].map((value) => Math.round(255 * Math.min(1, Math.max(0, value))));
  };
  return { width, height, pixel };
}
