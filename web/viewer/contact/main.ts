/** What `jhalak items sheet` puts into one HTML file; `#told` says what to show. */

import { flushSync, mount } from "svelte";
import "../src/look.css";
import { session } from "../src/platform/session.svelte.ts";
import type { Card, Topic } from "../src/platform/types.ts";
import { load } from "../src/words/index.ts";
import Contact from "./Contact.svelte";
import "./contact.css";

interface Told { language: string; now: number; topics: Topic[]; cards: Card[] }

async function draw(): Promise<void> {
  const { language, now, topics, cards } = JSON.parse(document.getElementById("told")?.textContent ?? "") as Told;
  const target = document.getElementById("sheet") as HTMLElement;
  session.viewer = { viewer: "", token: "", languages: [language] };
  session.topics = new Map(topics.map((topic) => [topic.id, topic]));
  await Promise.all([load(language), document.fonts.ready]);
  mount(Contact, { target, props: { cards, language, now: new Date(now) } });
  flushSync();
  await Promise.all([...document.images].map((image) => image.decode().catch(() => undefined)));
  document.body.dataset["ready"] = "";
}

void draw();
