export interface Slot {
  item: string | null;
  title: string | null;
  position: number;
  topic: string;
  language: string;
  publisher: string;
  reason: string;
  propensity: number | null;
  parts: Record<string, number>;
  columns: Record<string, number>;
  expected: Record<string, number>;
  events: string[];
  /** What-if only: its place in the slate as it is; null: it is new. */
  was?: number | null;
}

export interface Slate {
  slate: string;
  surface: string;
  at: string;
  level: string;
  model: number;
  profiled: boolean;
  arms: string[];
  slots: Slot[];
}

export interface Share { share: number; shown: number; engaged: number }

export interface Looked {
  viewer: string;
  created: string;
  languages: string[];
  age_band: string | null;
  profiled: boolean;
  profile_read: boolean;
  arms: string[];
  slates: Slate[];
  profile: {
    interests: (Share & { topic: string })[];
    languages: (Share & { language: string })[];
    publishers: { publisher: string; shown: number; engaged: number }[];
    seen: number;
    last: { item: string | null; title: string | null }[];
    hidden: { publishers: string[]; topics: string[]; items: number };
    followed: { publishers: string[]; topics: string[] };
  };
}

export interface Both { now: Slate; changed: Slate }

/** How a slot of the changed slate moved: up, down, new or still there. */
export function moved(slot: Slot): string {
  if (slot.was === null || slot.was === undefined) return "new";
  const by = slot.was - slot.position;
  return by === 0 ? "=" : by > 0 ? `↑ ${by}` : `↓ ${-by}`;
}

/** Items of `now` that the changed slate does not show. */
export function gone({ now, changed }: Both): Slot[] {
  const kept = new Set(changed.slots.map((slot) => slot.item));
  return now.slots.filter((slot) => !kept.has(slot.item));
}
