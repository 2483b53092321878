import { mount } from "svelte";
import "../../viewer/src/fonts/index.ts";
import "../../viewer/src/look.css";
import "../../shared/forms.css";
import "./studio.css";
import App from "./App.svelte";
import { session } from "./platform/session.svelte.ts";
import { loadWords } from "./words/words.svelte.ts";

const target = document.getElementById("app");
if (!target) throw new Error("index.html has no #app");
await Promise.all([loadWords(), session.resume().catch(() => undefined)]);
mount(App, { target });
