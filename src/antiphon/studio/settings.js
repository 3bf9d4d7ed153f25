// What is remembered in this browser: choices and the draft, in one small record.

const KEY = "antiphon";

export function recall() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) || {};
  } catch {
    return {};
  }
}

export function remember(changes) {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...recall(), ...changes }));
  } catch {
    // Storage is off or full: the page works, and forgets.
  }
}
