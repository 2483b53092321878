/** From values to places in a drawing. */

export interface Scale {
  (value: number): number;
  ticks: number[];
}

/** A linear scale over [low, high], with ticks at round values. */
export function scale(low: number, high: number, from: number, to: number, wanted = 4): Scale {
  const span = high - low || 1;
  const rough = span / wanted;
  const ten = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * ten).find((n) => n >= rough) ?? 10 * ten;
  const first = Math.ceil(low / step - 1e-9) * step;
  const count = Math.floor((high - first) / step + 1e-9) + 1;
  const ticks = Array.from({ length: Math.max(count, 0) }, (_, i) => first + i * step);
  const place = (value: number): number => from + ((value - low) / span) * (to - from);
  return Object.assign(place, { ticks });
}

/** The greatest of the values, or `least`. */
export const greatest = (values: number[], least = 0): number =>
  values.reduce((most, value) => Math.max(most, value), least);
