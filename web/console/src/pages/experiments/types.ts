import type { Override } from "../policy/types";

export interface Arm { name: string; share: number; override: Override }
export interface Guardrail { metric: string; direction: "up" | "down"; limit: number }

export interface Settings {
  name: string;
  layer: string;
  salt: string;
  at: number;
  share: number;
  surfaces: string[];
  start: string | null;
  stop: string | null;
  arms: Arm[];
  guardrails: Guardrail[];
  alpha: number;
}

export interface Measured {
  mean: number | null;
  difference: number | null;
  low: number | null;
  high: number | null;
  certain: boolean;
  variance_left: number | null;
}

export interface ArmReport {
  arm: string;
  share: number;
  viewers: number;
  slates: number;
  impressions: number;
  stopped: { by: string; reason: string; at_ms: number } | null;
  metrics: Record<string, Measured>;
  guardrails: (Guardrail & { low: number; high: number; state: "holds" | "open" | "broken" })[];
}

export interface Experiment {
  settings: Settings;
  state: "waits" | "runs" | "ended";
  source: string;
  by: string | null;
  why: string | null;
  at_ms: number | null;
  stopped: Record<string, { by: string; reason: string; at_ms: number }>;
  report: { mismatch: boolean; crossed: number; arms: ArmReport[] } | null;
}

export interface Experiments {
  metrics: Record<string, string>;
  holdout: number;
  layers: { name: string; holdout: number }[];
  experiments: Experiment[];
  holdouts: Experiment[];
}

export const CHANGES = ["exploration", "topic_fade", "creator_fade", "tap", "long", "complete", "like", "share", "follow", "hide", "report"] as const;

/** An override of one change. */
export function change(name: string, value: number): Partial<Override> {
  return name === "exploration" || name === "topic_fade" || name === "creator_fade" ? { [name]: value } : { values: { [name]: value } };
}

/** Where the next experiment of a layer may begin: behind those that still run. */
export function freeFrom(all: Experiment[], layer: string): number {
  return all
    .filter((one) => one.settings.layer === layer && one.state !== "ended")
    .reduce((most, one) => Math.max(most, one.settings.at + one.settings.share), 0);
}
