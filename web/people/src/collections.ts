/** The screens of lists and series: fetched when the first of them is opened. */

export { default as AddTo } from "./parts/AddTo.svelte";
export { default as List } from "./screens/List.svelte";
export { default as Lists } from "./screens/Lists.svelte";
export { default as Series } from "./screens/Series.svelte";
