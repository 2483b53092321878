/** The application as a page of its own: /people/, /people/@asha, /people/v/ID. */

import { mount } from "svelte";
import "../../viewer/src/fonts/index.ts";
import "../../viewer/src/look.css";
import App from "./App.svelte";
import { start } from "./platform/start.ts";
import { router } from "./platform/router.svelte.ts";

const target = document.getElementById("app");
if (!target) throw new Error("index.html has no #app");
router.standAlone();
await start();
mount(App, { target });
