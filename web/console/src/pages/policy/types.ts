export interface Override {
  values: Record<string, number>;
  exploration: number | null;
  topic_fade: number | null;
  creator_fade: number | null;
}

export interface Field {
  name: string;
  group: "values" | "stages";
  doc: string;
  default: number;
  file: number;
  now: number;
  least: number;
  most: number;
}

export interface Estimate { value: number; low: number; high: number }

export interface Figure {
  name: string;
  base: number;
  draft: number;
  difference: number;
  low: number;
  high: number;
  certain: boolean;
}

export interface Effect {
  error?: string;
  slates: number;
  viewers: number;
  from_ms: number;
  to_ms: number;
  model: number;
  figures: Figure[];
  overlap: Estimate;
  same_place: Estimate;
  like_the_log: Estimate;
  earned: { slots: number; base: Estimate | null; draft: Estimate | null };
  cpu_s: number;
}

export interface Draft {
  number: number;
  at_ms: number;
  by: string;
  base: number;
  override: Override;
  state: "waiting" | "running" | "done" | "failed";
  done: number;
  total: number;
  result: Effect | null;
}

export interface Version {
  version: number;
  at_ms: number;
  by: string;
  why: string;
  override: Override;
  draft: number;
  back_to: number;
}

export interface Policy {
  version: number;
  override: Override;
  fields: Field[];
  stages: { name: string; doc: string; default: unknown; now: unknown }[];
  versions: Version[];
  drafts: Draft[];
}

/** What the fields say, as a change over `jhalak.toml`: only what differs from the file. */
export function overrideOf(fields: Field[], values: Record<string, number>): Override {
  const made: Override = { values: {}, exploration: null, topic_fade: null, creator_fade: null };
  for (const field of fields) {
    const value = values[field.name] ?? field.now;
    if (value === field.file) continue;
    if (field.group === "values") made.values[field.name] = value;
    else made[field.name as "exploration" | "topic_fade" | "creator_fade"] = value;
  }
  return made;
}

/** An override in words: `like 4, exploration 0.1`. */
export function said(override: Override): string {
  const { values, ...shares } = override;
  const parts = Object.entries({ ...values, ...shares }).filter(([, value]) => value !== null);
  return parts.length ? parts.map(([name, value]) => `${name.replaceAll("_", " ")} ${value}`).join(", ") : "as jhalak.toml has it";
}
