/**
 * One resumable upload (tus 1.0). Where it stands is kept in this browser, so that after a reload,
 * or a day, the same file goes on where it was.
 */

import { DetailedError, Upload, type PreviousUpload } from "tus-js-client";
import { codeOf, HEADERS } from "./api.ts";
import type { Told } from "./types.ts";

const PART_BYTES = 8 * 1024 * 1024;
const RETRIES_MS = [0, 1000, 3000, 5000, 10_000, 20_000, 40_000];
/** What may well be different a moment later; other refusals are for good. */
const PASSING = [0, 408, 409, 423, 425, 429, 460];

type Phase = "going" | "paused" | "done" | "failed";

export class Sending {
  phase = $state<Phase>("going");
  sent = $state(0);
  /** Why it failed: the server's code, or `offline`. */
  trouble = $state("");
  /** The video that it became. */
  video = $state("");
  /** It goes on from before, and was not asked about again. */
  readonly resumed: boolean;
  readonly #upload: Upload;

  /** `past`: an unfinished one of the same file, which goes on. */
  constructor(readonly file: File, told: Told | null, past?: PreviousUpload) {
    this.#upload = new Upload(file, {
      endpoint: "/v1/uploads", headers: HEADERS, chunkSize: PART_BYTES, retryDelays: RETRIES_MS,
      metadata: told ? metadataOf(told) : {}, fingerprint, removeFingerprintOnSuccess: true,
      onShouldRetry: ({ originalResponse }) => passing(originalResponse?.getStatus() ?? 0),
      onProgress: (sent) => { this.sent = sent; },
      onAfterResponse: (_, answer) => { this.video = answer.getHeader("Jhalak-Video") ?? this.video; },
      onSuccess: () => { this.phase = "done"; },
      onError: (error) => {
        this.trouble = troubleOf(error);
        this.phase = "failed";
      },
    });
    this.resumed = past !== undefined;
    if (past) this.#upload.resumeFromPreviousUpload(past);
    this.#upload.start();
  }

  async pause(): Promise<void> {
    await this.#upload.abort();
    this.phase = "paused";
  }

  goOn(): void {
    this.phase = "going";
    this.trouble = "";
    this.#upload.start();
  }

  /** Stops it and deletes what has arrived. */
  async stop(): Promise<void> {
    this.phase = "paused";
    await this.#upload.abort(true).catch(() => undefined); // what is left expires there by itself
  }
}

/** The upload on its way, whichever page of the studio is open. */
class Way {
  sending = $state.raw<Sending>();
}

export const way = new Way();

export const passing = (status: number): boolean => status >= 500 || PASSING.includes(status);

function troubleOf(error: Error | DetailedError): string {
  const answer = error instanceof DetailedError ? error.originalResponse : null;
  return answer ? codeOf(answer.getBody() ?? "") : "offline";
}

/** As the server reads it; the file's own name stays here. */
export function metadataOf(told: Told): Record<string, string> {
  const yes = (said: boolean | undefined) => (said ? "yes" : "no");
  return {
    caption: told.caption.trim(), language: told.language, topic: told.topic, ai: yes(told.ai),
    sensitive: yes(told.sensitive), rights: told.rights ?? "other",
    publish: told.publish,
    audience: told.shared.audience, comments: told.shared.comments,
    duet: yes(told.shared.duet), stitch: yes(told.shared.stitch), sound: yes(told.shared.sound),
    ...(told.made ? { of_kind: told.made.kind, of_video: told.made.video } : {}),
    ...(told.cover_s >= 0 ? { cover_s: told.cover_s.toFixed(2) } : {}),
  };
}

/** What it is known by in this browser, where its name stays. */
const fingerprint = (file: File): Promise<string> => Promise.resolve([file.name, file.size, file.lastModified].join("/"));
const KEPT = "tus::"; // tus-js-client's: KEPT, fingerprint, "::", a number

/** The unfinished upload of exactly this file, if there is one. */
export async function unfinishedOf(file: File): Promise<PreviousUpload | undefined> {
  const found = await new Upload(file, { endpoint: "/v1/uploads", fingerprint }).findPreviousUploads();
  return found.sort((a, b) => b.creationTime.localeCompare(a.creationTime))[0];
}

const kept = () => Object.keys(localStorage).filter((key) => key.startsWith(KEPT));

/** Names of files whose upload was not finished in this browser. */
export function unfinishedNames(): string[] {
  try {
    return kept().map((key) => key.slice(KEPT.length).split("/")[0] ?? "");
  } catch {
    return []; // storage is off
  }
}

export function forgetUnfinished(): void {
  kept().forEach((key) => localStorage.removeItem(key));
}
