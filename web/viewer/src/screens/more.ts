/** What is fetched when the feed, a card's words or its reasons are first opened. */

export { default as Feed } from "./Feed.svelte";
export { default as Reader } from "./Reader.svelte";
export { default as Why } from "./Why.svelte";
