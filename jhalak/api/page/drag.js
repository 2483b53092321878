/** Sideways dragging of a deck: it follows the finger and says where the finger let go. */

const STARTS = 8; // pixels before a press becomes a drag
const SHARE = 0.18; // of the width, to turn the card
const FLICK = 0.4; // pixels a millisecond, to turn it sooner

/**
 * `moved(dx)` while dragging; `ended(direction)` with -1, 0 or 1 in screen terms: 1 is a swipe to
 * the left. `tapped(x, target)`: a press that was no drag, x as a share of the width.
 */
export function watchDrags(element, { moved, ended, tapped }) {
  let press = null;

  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.target.closest("button, a")) return;
    press = { id: event.pointerId, x: event.clientX, y: event.clientY, at: event.timeStamp, dragging: false };
  });
  element.addEventListener("pointermove", (event) => {
    if (event.pointerId !== press?.id) return;
    const [dx, dy] = [event.clientX - press.x, event.clientY - press.y];
    if (!press.dragging && Math.abs(dx) > STARTS && Math.abs(dx) > Math.abs(dy)) {
      press.dragging = true;
      element.setPointerCapture(press.id);
      element.classList.add("dragging");
    }
    if (press.dragging) moved(dx);
  });
  const finish = (event) => {
    if (event.pointerId !== press?.id) return;
    const { x, y, at, dragging } = press;
    press = null;
    const [dx, dy] = [event.clientX - x, event.clientY - y];
    element.classList.remove("dragging");
    if (dragging) {
      const speed = Math.abs(dx) / Math.max(1, event.timeStamp - at);
      const turned = event.type === "pointerup" && (Math.abs(dx) > element.offsetWidth * SHARE || speed > FLICK);
      ended(turned ? -Math.sign(dx) : 0);
    } else if (event.type === "pointerup" && Math.hypot(dx, dy) <= STARTS) {
      const box = element.getBoundingClientRect();
      tapped((event.clientX - box.left) / box.width, event.target);
    }
  };
  element.addEventListener("pointerup", finish);
  element.addEventListener("pointercancel", finish);
}
