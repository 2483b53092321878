import { mount } from "svelte";
import App from "./App.svelte";
import "./fonts/index.ts";
import "./look.css";
import { countLoads } from "./platform/budget.ts";
import { preferred } from "./platform/locale.ts";
import { session } from "./platform/session.svelte.ts";
import { art } from "./parts/art.ts";
import { load } from "./words/index.ts";

const target = document.getElementById("app");
if (!target) throw new Error("index.html has no #app");
countLoads();
const known = await session.restore();
await Promise.all([
  load(known ? session.language : preferred()).catch(() => load("en")).catch(() => undefined),
  known && art(), // so that the first card is drawn whole
]);
mount(App, { target });
