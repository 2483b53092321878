/**
 * ThumbHash: the other half of what the server wrote (Evan Wallace, evanw.github.io/thumbhash).
 * Some 25 bytes hold a cosine transform of lightness and two colour differences.
 */

import { h } from "./dom.js";

const SIDE = 32; // pixels of the longer side: nothing finer is in there

/** A small canvas that looks like the picture from afar; null for a hash that is none. */
export function placeholderOf(hash) {
  const bytes = decoded(hash);
  if (!bytes) return null;
  const { width, height, pixel } = read(bytes);
  const canvas = h("canvas", { class: "placeholder", width, height, "aria-hidden": "true" });
  const image = new ImageData(width, height);
  for (let y = 0, at = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, at += 4) image.data.set([...pixel(x, y), 255], at);
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

function decoded(hash) {
  try {
    const bytes = Uint8Array.from(atob(hash ?? ""), (letter) => letter.charCodeAt(0));
    return bytes.length > 5 ? bytes : null;
  } catch {
    return null;
  }
}

function read(bytes) {
  const first = bytes[0] | (bytes[1] << 8) | (bytes[2] << 16);
  const second = bytes[3] | (bytes[4] << 8);
  const landscape = second >> 15;
  const short = second & 7;
  const [nx, ny] = landscape ? [7, short] : [short, 7];
  let nibble = 0;
  const terms = (across, down, scale) => {
    const found = [];
    for (let cy = 0; cy < down; cy += 1) {
      for (let cx = cy ? 0 : 1; cx * down < across * (down - cy); cx += 1, nibble += 1) {
        const value = (bytes[5 + (nibble >> 1)] >> ((nibble & 1) << 2)) & 15;
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
  const sum = (channel, mean, x, y) => channel.reduce((total, [cx, cy, value]) => total
    + 2 * value * Math.cos((Math.PI / width) * (x + 0.5) * cx) * Math.cos((Math.PI / height) * (y + 0.5) * cy), mean);
  const pixel = (x, y) => {
    const l = sum(light, (first & 63) / 63, x, y);
    const p = sum(yellow, ((first >> 6) & 63) / 31.5 - 1, x, y);
    const q = sum(red, ((first >> 12) & 63) / 31.5 - 1, x, y);
    const b = l - (2 / 3) * p;
    const r = (3 * l - b + q) / 2;
    return [r, r - q, b].map((value) => Math.round(255 * Math.min(1, Math.max(0, value))));
  };
  return { width, height, pixel };
}
