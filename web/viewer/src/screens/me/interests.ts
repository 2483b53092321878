/** Interests as the server has them. */

import { session } from "../../platform/session.svelte.ts";

export interface Interests {
  profiled: boolean;
  interests: { topic: string; share: number }[];
  /** Language code to its share of what was read. */
  languages: Record<string, number>;
}

/** After what just happened. Raises Trouble. */
export async function askInterests(): Promise<Interests | null> {
  await session.outbox.flush().catch(() => undefined);
  return session.call<Interests>("GET", "/v1/me/interests");
}

/** Those that there are, greatest first. */
export const felt = ({ interests }: Interests) => interests.filter(({ share }) => share > 0);
