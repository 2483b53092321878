/** All that draws, for those who fetch it when it is first wanted. */

export { drawArt } from "./art.ts";
export { drawPlaceholder } from "./thumbhash.ts";
