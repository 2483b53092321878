/** What this browser remembers. Works, forgetfully, where storage is refused (private windows). */

const PREFIX = "jhalak.";
const memory = new Map();

export function load(name, otherwise = null) {
  let text = memory.get(name) ?? null;
  try {
    text = localStorage.getItem(PREFIX + name) ?? text;
  } catch { /* storage is refused: memory has what there is */ }
  if (text === null) return otherwise;
  try {
    return JSON.parse(text);
  } catch {
    return otherwise;
  }
}

export function save(name, value) {
  const text = JSON.stringify(value);
  memory.set(name, text);
  try {
    localStorage.setItem(PREFIX + name, text);
  } catch { /* full or refused: this visit goes on from memory */ }
}

export function forgetAll() {
  memory.clear();
  try {
    Object.keys(localStorage).filter((key) => key.startsWith(PREFIX))
      .forEach((key) => localStorage.removeItem(key));
  } catch { /* nothing was kept */ }
}
