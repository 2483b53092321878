/** Jhalak's page: choose languages, then a lock screen that follows what you like. */

import { replace } from "./dom.js";
import { languageScreen } from "./first.js";
import { LockScreen } from "./lock.js";
import { Session } from "./session.js";
import { CODES, directionOf, say } from "./texts.js";
import { VideoFeed } from "./video.js";
import { wordsFor, wordsScreen } from "./words.js";

const phone = document.getElementById("phone");
let session = null;
let view = null;

function put(next) {
  view?.leave();
  view = next;
  replace(phone, view.root);
  return view.start();
}

function speak(language) {
  document.documentElement.lang = language;
  document.documentElement.dir = directionOf(language);
}

function showLock() {
  speak(session.language);
  return put(new LockScreen(session, { video: showVideo, languages: showLanguages, restart, gone }));
}

function showVideo() {
  return put(new VideoFeed(session, { lock: showLock, gone }));
}

function showFirst() {
  showScreen(languageScreen({
    chosen: [],
    done: async (languages) => { session = await Session.create(languages); await showLock(); },
  }));
}

function showLanguages() {
  showScreen(languageScreen({
    chosen: session.languages,
    done: async (languages) => {
      if (languages.join() !== session.languages.join()) await session.setLanguages(languages);
      await showLock();
    },
    leave: showLock,
  }));
}

function showScreen(screen) {
  view?.leave();
  view = null;
  replace(phone, screen);
}

async function restart() {
  try {
    await session.startOver();
    gone();
  } catch (trouble) {
    await tell(trouble, restart, showLock);
  }
}

/** The server does not know this viewer any more: begin again. */
function gone() {
  session.forget();
  session = null;
  showFirst();
}

function tell(trouble, retry, leave) {
  const language = session?.language ?? document.documentElement.lang;
  showScreen(wordsScreen(language, trouble.kind, ...wordsFor(language, trouble), [
    [say(language, "retry"), retry, true],
    ...(leave ? [[say(language, "return"), leave, false]] : []),
  ]));
}

/** `?lang=hi`: that language at once, for a new viewer and for a known one. */
async function begin() {
  const asked = new URLSearchParams(location.search).get("lang");
  session = Session.restore();
  try {
    if (!CODES.includes(asked)) return session ? await showLock() : showFirst();
    speak(asked);
    if (!session) session = await Session.create([asked]);
    else if (session.language !== asked) await session.setLanguages([asked, ...session.languages.filter((code) => code !== asked)]);
    return await showLock();
  } catch (trouble) {
    if (trouble.kind === "gone") return gone();
    if (!trouble.kind) throw trouble;
    return tell(trouble, begin, session ? showLock : null);
  }
}

document.addEventListener("keydown", (event) => {
  if (!event.defaultPrevented && !event.metaKey && !event.ctrlKey && !event.altKey) view?.key?.(event);
});
document.addEventListener("visibilitychange", () => {
  view?.seen(document.visibilityState === "visible");
  if (document.visibilityState === "hidden") session?.outbox.farewell();
});
addEventListener("pagehide", () => {
  view?.seen(false);
  session?.outbox.farewell();
});

begin();
