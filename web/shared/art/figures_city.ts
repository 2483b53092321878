/** More figures of drawn art: what people build. See figures.js for the promise. */

import { s } from "./svg.ts";
import { TAU, between, disc, fixed, path, range, smooth, type Figure, type Point } from "./pen.ts";

/** Education: the pages of an open book. */
export const books: Figure = (group, random, colours) => {
  const [cx, cy] = [between(random, 180, 232), between(random, 420, 460)];
  const open = between(random, 0.85, 1.1);
  [-1, 1].forEach((side) => range(11).forEach((i) => {
    const angle = (0.1 + (i / 10) * 1.3) * open;
    const [x, y] = [cx + side * 190 * Math.sin(angle), cy - 200 * Math.cos(angle)];
    const [bx, by] = [cx + side * 90 * Math.sin(angle * 0.4), cy - 130 * Math.cos(angle * 0.4) - 20];
    path(group, `M${fixed(cx)} ${fixed(cy)}Q${fixed(bx)} ${fixed(by)} ${fixed(x)} ${fixed(y)}`, 0.16 + i * 0.026);
  }));
  disc(group, cx + between(random, -40, 40), cy - 250 - random() * 20, between(random, 13, 20), { fill: colours.accent });
  range(3).forEach((i) => path(group, `M${fixed(cx - 170 + i * 30)} ${fixed(cy + 24 + i * 18)}H${fixed(cx + 170 - i * 30)}`, 0.3 - i * 0.08));
};

/** Cars: a road to where the light is. */
export const road: Figure = (group, random, colours) => {
  const [vx, vy] = [between(random, 130, 282), between(random, 310, 350)];
  disc(group, vx, vy - 6, between(random, 34, 50), { fill: colours.accent });
  group.append(s("rect", { x: 0, y: fixed(vy), width: 412, height: 600, fill: colours.deep, "fill-opacity": 0.72 }));
  path(group, `M0 ${fixed(vy)}H412`, 0.4);
  range(11).forEach((i) => path(group, `M${fixed(vx)} ${fixed(vy)}L${fixed(vx + (i - 5) * 150)} 915`, i === 5 ? 0 : 0.2));
  let y = vy + 6;
  range(9).forEach((i) => {
    path(group, `M${fixed(vx)} ${fixed(y)}V${fixed(y + 5 + i * 5)}`, 0.8, { "stroke-width": fixed(1 + i * 0.8) });
    y += 12 + i * 11;
  });
};

/** Games: tiles, some of them turned. */
export const tiles: Figure = (group, random, colours) => {
  const size = between(random, 56, 66);
  const turn = between(random, -14, 14);
  const g = s("g", { transform: `rotate(${fixed(turn)} 206 360)` });
  const own = [1 + Math.floor(random() * 4), 1 + Math.floor(random() * 4)];
  range(6).forEach((row) => range(7).forEach((column) => {
    const [x, y] = [206 + (column - 3.5) * (size + 8), 360 + (row - 3) * (size + 8)];
    const mine = row === own[0] && column === own[1];
    const pick = random();
    if (mine || pick < 0.78) {
      g.append(s("rect", {
        x: fixed(x), y: fixed(y), width: fixed(size), height: fixed(size), rx: pick < 0.3 ? fixed(size / 2) : 14,
        fill: mine ? colours.accent : "#fff", "fill-opacity": mine ? 1 : pick < 0.42 ? 0.13 : 0.02,
        stroke: "#fff", "stroke-opacity": 0.28,
      }));
    }
  }));
  group.append(g);
};

/** Politics: the seats of a parliament. */
export const hemicycle: Figure = (group, random, colours) => {
  const [cx, cy] = [between(random, 186, 226), between(random, 440, 480)];
  const [from, wide] = [random() * 0.6, between(random, 0.14, 0.3)];
  range(8).forEach((row) => {
    const r = 62 + row * 21;
    const seats = Math.round((r * Math.PI) / 18.5);
    range(seats + 1).forEach((i) => {
      const share = i / seats;
      const angle = Math.PI + share * Math.PI;
      const own = share > from && share < from + wide;
      disc(group, cx + r * Math.cos(angle), cy + r * Math.sin(angle), 5.6, { fill: own ? colours.accent : "#fff", "fill-opacity": own ? 0.95 : 0.3 });
    });
  });
};

/** Jobs: steps, and something on the way up. */
export const stairs: Figure = (group, random, colours) => {
  const [count, rise] = [7, between(random, 36, 46)];
  const floor = between(random, 540, 570);
  const at = 3 + Math.floor(random() * 3);
  range(count).forEach((i) => {
    const [x, y] = [i * 62 - 10, floor - (i + 1) * rise];
    group.append(s("rect", { x, y: fixed(y), width: 58, height: fixed(930 - y), rx: 10, fill: "#fff", "fill-opacity": 0.07 + i * 0.015, stroke: "#fff", "stroke-opacity": 0.2 }));
    if (i === at) disc(group, x + 29, y - 23, 20, { fill: colours.accent });
  });
};

/** Local: streets seen from above. */
export const streets: Figure = (group, random, colours) => {
  const g = s("g", { transform: `rotate(${fixed(between(random, -32, 32))} 206 380)` });
  let x = -160;
  const marked = 3 + Math.floor(random() * 3);
  for (let column = 0; x < 560; column += 1) {
    const width = between(random, 46, 92);
    let y = 40;
    for (let row = 0; y < 720; row += 1) {
      const tall = between(random, 34, 104);
      const own = column === marked && row === 4;
      g.append(s("rect", { x: fixed(x), y: fixed(y), width: fixed(width), height: fixed(tall), rx: 7, fill: own ? colours.accent : "#fff", "fill-opacity": own ? 0.92 : fixed(0.04 + random() * 0.1), stroke: "#fff", "stroke-opacity": 0.16 }));
      y += tall + 9;
    }
    x += width + (column % 3 === 2 ? 22 : 9);
  }
  group.append(g);
};

/** Crime: the ridges of a finger. */
export const fingerprint: Figure = (group, random, colours) => {
  const [cx, cy] = [between(random, 160, 252), between(random, 350, 400)];
  const lean = between(random, -16, 16);
  const g = s("g", { transform: `rotate(${fixed(lean)} ${fixed(cx)} ${fixed(cy)})` });
  range(12).forEach((i) => {
    const [rx, ry] = [10 + i * 13, 16 + i * 15.5];
    const gap = between(random, 0.5, 1.1);
    const start = Math.PI * 0.5 + gap;
    const points = range(40).map((k): Point => {
      const angle = start + (k / 39) * (TAU - 2 * gap);
      return [cx + rx * Math.cos(angle), cy + ry * Math.sin(angle) + i * 2.4];
    });
    const own = i === 4;
    path(g, smooth(points), own ? 0.95 : 0.36 - i * 0.014, own ? { stroke: colours.accent, "stroke-width": 3 } : { "stroke-width": 2.4 });
  });
  group.append(g);
};

/** Weather: slanted rain under a round cloud. */
export const rain: Figure = (group, random, colours) => {
  const [cx, cy] = [between(random, 150, 262), between(random, 320, 350)];
  const slant = between(random, -0.35, 0.35);
  range(64).forEach(() => {
    const [x, y, long] = [between(random, -40, 452), between(random, cy + 60, 640), between(random, 18, 52)];
    path(group, `M${fixed(x)} ${fixed(y)}l${fixed(slant * long)} ${fixed(long)}`, between(random, 0.12, 0.42));
  });
  disc(group, cx + 62, cy - 50, 44, { fill: colours.accent, "fill-opacity": 0.95 });
  ([[-78, 16, 50], [-14, -20, 72], [66, 12, 56]] as const).forEach(([dx, dy, r]) => disc(group, cx + dx, cy + dy, r, { fill: "#fff", "fill-opacity": 0.2 }));
};
