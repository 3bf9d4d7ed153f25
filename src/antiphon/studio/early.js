// Runs before the first paint, so that a chosen theme or language does not flash.
"use strict";

(() => {
  let chosen = {};
  try {
    chosen = JSON.parse(localStorage.getItem("antiphon")) || {};
  } catch {
    // Storage is off or unreadable: the browser's own preferences stand.
  }
  const root = document.documentElement;
  if (chosen.theme === "light" || chosen.theme === "dark") root.dataset.theme = chosen.theme;
  const language = chosen.interface || navigator.language;
  root.lang = /^zh\b/i.test(language) ? "zh-CN" : "en";
})();
