/** The screens of who has an account, or is about to: fetched together when the first of them is opened. */

export { default as Codes } from "./screens/Codes.svelte";
export { default as Edit } from "./screens/Edit.svelte";
export { default as Erase } from "./screens/Erase.svelte";
export { default as Find } from "./screens/Find.svelte";
export { default as Home } from "./screens/Home.svelte";
export { default as Join } from "./screens/Join.svelte";
export { default as Kept } from "./screens/Kept.svelte";
export { default as Notices } from "./screens/Notices.svelte";
export { default as Notifications } from "./screens/Notifications.svelte";
export { default as Nowhere } from "./screens/Nowhere.svelte";
export { default as Passkeys } from "./screens/Passkeys.svelte";
export { default as Password } from "./screens/Password.svelte";
export { default as Recover } from "./screens/Recover.svelte";
export { default as Reports } from "./screens/Reports.svelte";
export { default as Requests } from "./screens/Requests.svelte";
export { default as Rules } from "./screens/Rules.svelte";
export { default as Sessions } from "./screens/Sessions.svelte";
export { default as Sign } from "./screens/Sign.svelte";
export { default as Sound } from "./screens/Sound.svelte";
export { default as Standing } from "./screens/Standing.svelte";
export { default as Welcome } from "./screens/Welcome.svelte";
