/**
 * Video elements, used over and over: a decoder and its buffer are the dearest things of a phone,
 * so there are only as many as slides that can be swiped to next, however long the feed is.
 */

const MOST = 3;
const idle: HTMLVideoElement[] = [];

/** An element that plays nothing yet. */
export function takeFilm(): HTMLVideoElement {
  const video = idle.pop() ?? document.createElement("video");
  video.loop = video.playsInline = video.muted = true;
  return video;
}

/** Lets go of what it played. */
export function giveFilm(video: HTMLVideoElement): void {
  video.pause();
  video.remove();
  video.removeAttribute("src");
  video.load();
  if (idle.length < MOST) idle.push(video);
}
