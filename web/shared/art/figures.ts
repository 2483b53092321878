/**
 * The figures of drawn art, one for each topic: `(group, random, colours, id)` draws into a
 * 412 x 915 box. The interesting part lies between y = 200 and y = 520, below the clock and above
 * the headline. Lines are white and quiet; one thing a picture is in the accent colour.
 */

import { s } from "./svg.ts";
import { books, fingerprint, hemicycle, rain, road, stairs, streets, tiles } from "./figures_city.ts";
import { TAU, between, disc, fixed, path, range, smooth, type Figure, type Point } from "./pen.ts";

/** Sport: orbits around a ball, one of them ridden by a smaller one. */
const orbits: Figure = (group, random, colours) => {
  const [cx, cy] = [between(random, 120, 310), between(random, 290, 400)];
  const count = 5 + Math.floor(random() * 3);
  const gap = between(random, 34, 52);
  range(count).forEach((i) => disc(group, cx, cy, 34 + gap * (i + 0.6) ** 1.12, {
    stroke: "#fff", "stroke-width": 1.4, "stroke-opacity": 0.4 - i * 0.045,
  }));
  const angle = random() * TAU;
  const ring = 34 + gap * (1 + Math.floor(random() * 2) + 0.6) ** 1.12;
  disc(group, cx, cy, between(random, 17, 26), { fill: colours.accent });
  disc(group, cx + ring * Math.cos(angle), cy + ring * Math.sin(angle), 6, { fill: "#fff", "fill-opacity": 0.85 });
};

/** Science: a packet of waves, line under line. */
const waves: Figure = (group, random, colours) => {
  const [cx, cy] = [between(random, 130, 290), between(random, 320, 380)];
  const [length, width] = [between(random, 46, 92), between(random, 80, 130)];
  const phase = random() * TAU;
  const count = 19;
  range(count).forEach((i) => {
    const off = i - (count - 1) / 2;
    const tall = 62 * Math.exp(-((off / 5.2) ** 2));
    const points = range(70).map((k): Point => {
      const x = -6 + k * 6.2;
      const envelope = Math.exp(-(((x - cx) / width) ** 2));
      return [x, cy + off * 13 + tall * envelope * Math.sin((x / length) * TAU * 0.5 + phase + off * 0.34)];
    });
    const own = i === (count - 1) / 2;
    path(group, smooth(points), own ? 1 : 0.12 + 0.3 * (tall / 62), own ? { stroke: colours.accent, "stroke-width": 2.4 } : {});
  });
};

/** Faith: rays around a half-risen sun. */
const rays: Figure = (group, random, colours) => {
  const [cx, cy] = [between(random, 150, 262), between(random, 400, 460)];
  const count = 40 + Math.floor(random() * 4) * 4;
  const inner = between(random, 74, 96);
  range(count).forEach((i) => {
    const angle = Math.PI + (i / (count - 1)) * Math.PI;
    const reach = inner + (i % 2 ? 90 : 190) + 40 * Math.sin((i / count) * Math.PI);
    const [x, y] = [Math.cos(angle), Math.sin(angle)];
    path(group, `M${fixed(cx + inner * x)} ${fixed(cy + inner * y)}L${fixed(cx + reach * x)} ${fixed(cy + reach * y)}`,
      i % 2 ? 0.34 : 0.2);
  });
  const half = (r: number) => `M${fixed(cx - r)} ${fixed(cy)}A${fixed(r)} ${fixed(r)} 0 0 1 ${fixed(cx + r)} ${fixed(cy)}`;
  path(group, `${half(inner - 22)}Z`, 0, { fill: colours.accent });
  path(group, half(inner - 8), 0.5);
  range(4).forEach((i) => path(group, `M${fixed(cx - 150 + i * 26)} ${fixed(cy + 14 + i * 15)}H${fixed(cx + 150 - i * 26)}`, 0.42 - i * 0.08));
};

/** Business: columns on a grid, and the line that they make. */
const columns: Figure = (group, random, colours, id) => {
  const floor = between(random, 480, 520);
  const count = 7;
  const step = 412 / count;
  range(7).forEach((i) => path(group, `M0 ${fixed(floor - i * 48)}H412`, 0.1));
  group.append(s("defs", {}, s("linearGradient", { id: `${id}c`, x1: 0, y1: 0, x2: 0, y2: 1 },
    s("stop", { offset: 0, "stop-color": "#fff", "stop-opacity": 0.3 }),
    s("stop", { offset: 1, "stop-color": "#fff", "stop-opacity": 0.02 }))));
  const tops = range(count).map((i): Point => [
    step * (i + 0.5), floor - 50 - i * between(random, 22, 34) - random() * 46,
  ]);
  tops.forEach(([x, y]) => group.append(s("rect", {
    x: fixed(x - 17), y: fixed(y), width: 34, height: fixed(floor - y + 60), rx: 8, fill: `url(#${id}c)`,
  })));
  const line = tops.map(([x, y]): Point => [x, y - 30]);
  const [first, last] = [line[0] as Point, line[count - 1] as Point];
  path(group, smooth([[-10, first[1] + 14], ...line, [424, last[1] - 20]]), 1, { stroke: colours.accent, "stroke-width": 2.6 });
};

/** Nature: leaves along a stem. */
const leaves: Figure = (group, random, colours) => {
  const side = random() < 0.5 ? -1 : 1;
  const foot: Point = [206 - side * between(random, 60, 120), 640];
  const bend = between(random, 60, 150) * side;
  const at = (t: number): Point => [foot[0] + bend * 2 * t * (1 - t) + side * 150 * t * t, foot[1] - 470 * t];
  path(group, smooth(range(24).map((k) => at(k / 23))), 0.5, { "stroke-width": 2 });
  const chosen = 3 + Math.floor(random() * 3);
  range(9).forEach((i) => {
    const [x, y] = at(0.16 + i * 0.098);
    const size = 132 - i * 9.5;
    const hand = i % 2 ? 1 : -1;
    const turn = side * 16 + hand * between(random, 46, 62);
    const leaf = `M0 0C${fixed(size * 0.3)} ${fixed(-size * 0.32)} ${fixed(size * 0.24)} ${fixed(-size * 0.8)} 0 ${fixed(-size)}C${fixed(-size * 0.24)} ${fixed(-size * 0.8)} ${fixed(-size * 0.3)} ${fixed(-size * 0.32)} 0 0Z`;
    const own = i === chosen;
    const g = s("g", { transform: `translate(${fixed(x)} ${fixed(y)}) rotate(${fixed(turn)})` });
    path(g, leaf, 0.34, { fill: own ? colours.accent : "#fff", "fill-opacity": own ? 0.9 : 0.09 });
    path(g, `M0 0V${fixed(-size * 0.86)}`, own ? 0.5 : 0.26);
    group.append(g);
  });
};

/** Fashion: threads that turn over each other like a ribbon. */
const threads: Figure = (group, random, colours) => {
  const [phase, speed] = [random() * TAU, between(random, 0.8, 1.25)];
  const tilt = between(random, -120, 120);
  const count = 34;
  range(count).forEach((i) => {
    const share = i / (count - 1) - 0.5;
    const points = range(46).map((k): Point => {
      const t = k / 45;
      const twist = Math.cos(t * TAU * speed + phase);
      return [-14 + t * 440, 350 + tilt * (t - 0.5) + 58 * Math.sin(t * TAU * 0.8 + phase) + share * 250 * twist + share * 26];
    });
    const own = i % 11 === 5;
    path(group, smooth(points), own ? 0.95 : 0.24, own ? { stroke: colours.accent, "stroke-width": 1.8 } : { "stroke-width": 1.1 });
  });
};

/** Food: steam that rises from a bowl. */
const steam: Figure = (group, random, colours) => {
  const [cx, top] = [between(random, 176, 236), between(random, 400, 424)];
  const phase = random() * TAU;
  const sway = between(random, 11, 20);
  range(7).forEach((i) => {
    const x = cx + (i - 3) * 23;
    const tall = 182 - Math.abs(i - 3) * 32 + random() * 22;
    const points = range(30).map((k): Point => {
      const t = k / 29;
      return [x + sway * t * Math.sin(t * 6.4 + phase + i * 0.5), top - 22 - t * tall];
    });
    path(group, smooth(points), i === 3 ? 0.95 : 0.38 - Math.abs(i - 3) * 0.06, i === 3 ? { stroke: colours.accent, "stroke-width": 3 } : { "stroke-width": 2 });
  });
  const wide = between(random, 100, 118);
  const side = (share: number) => fixed(cx + wide * share);
  path(group, `M${side(-1)} ${fixed(top)}H${side(1)}C${side(0.96)} ${fixed(top + 78)} ${side(0.5)} ${fixed(top + 108)} ${fixed(cx)} ${fixed(top + 108)}S${side(-0.96)} ${fixed(top + 78)} ${side(-1)} ${fixed(top)}Z`, 0.4, { fill: "#fff", "fill-opacity": 0.1 });
  group.append(s("ellipse", { cx: fixed(cx), cy: fixed(top), rx: fixed(wide), ry: 15, fill: "#fff", "fill-opacity": 0.16, stroke: "#fff", "stroke-opacity": 0.45 }));
  range(3).forEach((i) => path(group, `M${side(-1.25 + i * 0.22)} ${fixed(top + 122 + i * 14)}H${side(1.25 - i * 0.22)}`, 0.34 - i * 0.09));
};

/** Travel: hills behind hills, and the sun over the last of them. */
const horizon: Figure = (group, random, colours) => {
  const sun: Point = [between(random, 90, 320), between(random, 300, 350)];
  disc(group, ...sun, 96, { fill: colours.accent, "fill-opacity": 0.12 });
  disc(group, ...sun, between(random, 40, 56), { fill: colours.accent, "fill-opacity": 0.92 });
  range(5).forEach((i) => {
    const [phase, length] = [random() * TAU, between(random, 150, 320) - i * 14];
    const y = 370 + i * 46;
    const points = range(44).map((k): Point => {
      const x = -8 + k * 10;
      return [x, y + (30 - i * 2) * Math.sin((x / length) * TAU + phase) + 11 * Math.sin((x / length) * TAU * 2.3 + phase * 2)];
    });
    path(group, `${smooth(points)}V930H-8Z`, 0.22 - i * 0.03, { fill: colours.deep, "fill-opacity": 0.26 + i * 0.13 });
  });
};

/** Technology: a constellation; near points know each other. */
const constellation: Figure = (group, random, colours) => {
  const points: Point[] = [];
  for (let tries = 0; tries < 400 && points.length < 26; tries += 1) {
    const point: Point = [between(random, 24, 388), between(random, 250, 560)];
    if (points.every(([x, y]) => Math.hypot(x - point[0], y - point[1]) > 52)) points.push(point);
  }
  points.forEach(([x, y], i) => {
    points.filter((_, k) => k !== i).map((to) => ({ to, away: Math.hypot(to[0] - x, to[1] - y) }))
      .sort((a, b) => a.away - b.away).slice(0, 3)
      .forEach(({ to }) => path(group, `M${fixed(x)} ${fixed(y)}L${fixed(to[0])} ${fixed(to[1])}`, 0.17));
  });
  const own = Math.floor(random() * points.length);
  points.forEach(([x, y], i) => {
    if (i === own) [46, 28].forEach((r) => disc(group, x, y, r, { fill: colours.accent, "fill-opacity": 0.16 }));
    disc(group, x, y, i === own ? 11 : 2.4 + random() * 3, { fill: i === own ? colours.accent : "#fff", "fill-opacity": i === own ? 1 : 0.78 });
  });
};

/** News: a halftone, the dots a press prints with, swelling like a voice. */
const halftone: Figure = (group, random, colours) => {
  const [cx, cy] = [between(random, 60, 350), between(random, 260, 440)];
  const [wide, turn] = [between(random, 150, 210), between(random, -0.5, 0.5)];
  let dots = "";
  for (let row = 0; row < 27; row += 1) {
    for (let column = 0; column < 21; column += 1) {
      const x = column * 21 + (row % 2) * 10.5 - 4;
      const y = 130 + row * 18;
      const away = Math.hypot(x - cx, (y - cy) * 0.82) / wide;
      const r = 7.6 * Math.exp(-(away ** 2)) * (0.75 + 0.25 * Math.sin(x * 0.02 + y * 0.03 + turn * 6)) + 0.9;
      dots += `M${fixed(x - r)} ${fixed(y)}a${fixed(r)} ${fixed(r)} 0 1 0 ${fixed(2 * r)} 0a${fixed(r)} ${fixed(r)} 0 1 0 ${fixed(-2 * r)} 0`;
    }
  }
  path(group, dots, 0, { fill: "#fff", "fill-opacity": 0.26 });
  disc(group, Math.round(cx / 21) * 21 - 4, 130 + Math.round((cy - 130) / 36) * 36, 13, { fill: colours.accent });
};

/** Entertainment: light from above on an empty stage. */
const spotlights: Figure = (group, random, colours, id) => {
  group.append(s("defs", {}, s("linearGradient", { id: `${id}s`, gradientUnits: "userSpaceOnUse", x1: 0, y1: 80, x2: 0, y2: 520 },
    s("stop", { offset: 0, "stop-color": "#fff", "stop-opacity": 0.02 }),
    s("stop", { offset: 1, "stop-color": "#fff", "stop-opacity": 0.24 }))));
  const floor = between(random, 470, 510);
  const lamps = 3 + Math.floor(random() * 2);
  range(lamps).forEach((i) => {
    const from = (412 / lamps) * (i + 0.5) + between(random, -40, 40);
    const to = 206 + (from - 206) * between(random, -0.5, 0.5);
    const wide = between(random, 62, 104);
    path(group, `M${fixed(from)} -40L${fixed(to - wide)} ${fixed(floor)}A${fixed(wide)} 20 0 0 0 ${fixed(to + wide)} ${fixed(floor)}Z`, 0, { fill: `url(#${id}s)` });
    group.append(s("ellipse", { cx: fixed(to), cy: fixed(floor), rx: fixed(wide), ry: 20, fill: i === 1 ? colours.accent : "#fff", "fill-opacity": i === 1 ? 0.5 : 0.14 }));
  });
  range(16).forEach(() => disc(group, between(random, 20, 392), between(random, 200, floor - 30), between(random, 1.2, 4), { fill: random() < 0.3 ? colours.accent : "#fff", "fill-opacity": 0.6 }));
};

/** Health: petals around a calm middle. */
const rosette: Figure = (group, random, colours) => {
  const [cx, cy] = [between(random, 150, 262), between(random, 320, 380)];
  const petals = 9 + Math.floor(random() * 5);
  const [long, wide] = [between(random, 150, 190), between(random, 34, 54)];
  range(petals).forEach((i) => group.append(s("ellipse", {
    cx: fixed(cx), cy: fixed(cy - long / 2), rx: fixed(wide), ry: fixed(long / 2), fill: "#fff", "fill-opacity": 0.05,
    stroke: "#fff", "stroke-opacity": 0.34, "stroke-width": 1.3, transform: `rotate(${fixed((360 / petals) * i)} ${fixed(cx)} ${fixed(cy)})`,
  })));
  disc(group, cx, cy, long + 22, { stroke: "#fff", "stroke-opacity": 0.14 });
  disc(group, cx, cy, 15, { fill: colours.accent });
};

/** Lifestyle: a few soft discs that share their colour where they meet. */
const discs: Figure = (group, random, colours) => {
  const [cx, cy] = [between(random, 180, 240), between(random, 360, 400)];
  const turn = random() * TAU;
  const count = 4 + Math.floor(random() * 3);
  range(count).forEach((i) => {
    const angle = turn + (i / count) * TAU;
    const r = between(random, 70, 118);
    disc(group, cx + 86 * Math.cos(angle), cy + 86 * Math.sin(angle), r, { fill: i === 0 ? colours.accent : "#fff", "fill-opacity": i === 0 ? 0.5 : 0.1, stroke: "#fff", "stroke-opacity": 0.3 });
  });
};

/** Everything else: contours of a quiet hill. */
const contours: Figure = (group, random, colours) => {
  const [cx, cy] = [between(random, 130, 282), between(random, 300, 400)];
  const parts = range(3).map((k): [number, number, number] => [k + 2, random() * TAU, between(random, 0.05, 0.13)]);
  range(13).forEach((i) => {
    const points = range(73).map((k): Point => {
      const angle = (k / 72) * TAU;
      const swell = parts.reduce((sum, [n, phase, size]) => sum + size * Math.sin(n * angle + phase + i * 0.09), 1);
      return [cx + (18 + i * 21) * swell * Math.cos(angle), cy + (18 + i * 21) * swell * Math.sin(angle) * 1.08];
    });
    path(group, `${smooth(points)}Z`, 0.42 - i * 0.026);
  });
  disc(group, cx, cy, 9, { fill: colours.accent });
};

export const FIGURES: Record<string, Figure> = {
  sport: orbits, science: waves, faith: rays, business: columns, nature: leaves, fashion: threads,
  food: steam, travel: horizon, technology: constellation, news: halftone,
  entertainment: spotlights, health: rosette, lifestyle: discs, general: contours,
  education: books, auto: road, games: tiles, politics: hemicycle, jobs: stairs, local: streets,
  crime: fingerprint, weather: rain,
};
