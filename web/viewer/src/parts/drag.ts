/** One finger on the deck: sideways dragging, a tap, a hold. */

const STARTS = 8; // pixels before a press becomes a drag
const SHARE = 0.18; // of the width, to turn the card
const FLICK = 0.4; // pixels a millisecond, to turn it sooner
const HOLD_MS = 500;

export interface Gestures {
  /** While dragging, in pixels. */
  moved(dx: number): void;
  /** In screen terms: 1 is a swipe to the left, -1 to the right, 0 goes back to where it was. */
  ended(way: -1 | 0 | 1): void;
  tapped(): void;
  held(): void;
}

interface Press { id: number; x: number; y: number; at: number; dragging: boolean; hold: ReturnType<typeof setTimeout> }

/** An attachment: `<div {@attach gestures({...})}>`. Buttons keep their own presses, but for `.through`. */
export function gestures({ moved, ended, tapped, held }: Gestures) {
  return (element: HTMLElement) => {
    let press: Press | null = null;

    const down = (event: PointerEvent) => {
      const target = event.target as Element;
      if (event.button !== 0 || press || target.closest("button:not(.through), a")) return;
      const hold = setTimeout(() => {
        press = null;
        held();
      }, HOLD_MS);
      press = { id: event.pointerId, x: event.clientX, y: event.clientY, at: event.timeStamp, dragging: false, hold };
    };
    const move = (event: PointerEvent) => {
      if (!press || event.pointerId !== press.id) return;
      const [dx, dy] = [event.clientX - press.x, event.clientY - press.y];
      if (Math.hypot(dx, dy) > STARTS) clearTimeout(press.hold);
      if (!press.dragging && Math.abs(dx) > STARTS && Math.abs(dx) > Math.abs(dy)) {
        press.dragging = true;
        element.setPointerCapture(press.id);
        element.classList.add("dragging");
      }
      if (press.dragging) moved(dx);
    };
    const finish = (event: PointerEvent) => {
      if (!press || event.pointerId !== press.id) return;
      const { x, y, at, dragging, hold } = press;
      clearTimeout(hold);
      press = null;
      const [dx, dy] = [event.clientX - x, event.clientY - y];
      element.classList.remove("dragging");
      if (dragging) {
        const speed = Math.abs(dx) / Math.max(1, event.timeStamp - at);
        const turned = event.type === "pointerup" && (Math.abs(dx) > element.offsetWidth * SHARE || speed > FLICK);
        ended(turned ? (dx > 0 ? -1 : 1) : 0);
      } else if (event.type === "pointerup" && Math.hypot(dx, dy) <= STARTS) tapped();
    };
    const quiet = (event: Event) => event.preventDefault(); // a long press is ours
    element.addEventListener("pointerdown", down);
    element.addEventListener("pointermove", move);
    element.addEventListener("pointerup", finish);
    element.addEventListener("pointercancel", finish);
    element.addEventListener("contextmenu", quiet);
    return () => {
      if (press) clearTimeout(press.hold);
      element.removeEventListener("pointerdown", down);
      element.removeEventListener("pointermove", move);
      element.removeEventListener("pointerup", finish);
      element.removeEventListener("pointercancel", finish);
      element.removeEventListener("contextmenu", quiet);
    };
  };
}
