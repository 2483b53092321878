import { mount } from "svelte";
import App from "./App.svelte";
import "./look.css";
import { preferred } from "./platform/locale.ts";
import { session } from "./platform/session.svelte.ts";
import { load } from "./words/index.ts";

const target = document.getElementById("app");
if (!target) throw new Error("index.html has no #app");
const [known] = await Promise.all([session.restore(), load(preferred())]);
if (known) await load(session.language);
mount(App, { target });
