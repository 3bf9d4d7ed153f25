// Helps to write how a word sounds: wraps it in the text as [[word|sound]].

import { t } from "./i18n.js";

const RESERVED = /[[\]|\n]/;
const LONGEST = 60; // characters; a longer selection is no word
const byId = (id) => document.getElementById(id);

/** `form` holds the text, and tells problems. */
export function helpPronouncing(form) {
  const [word, sound, insert] = ["word", "sound", "insert"].map(byId);

  const selected = () => form.text.value.slice(form.text.selectionStart, form.text.selectionEnd);
  const show = () => {
    const found = selected().trim();
    if (found && found.length <= LONGEST && !RESERVED.test(found)) word.value = found;
  };
  const wrap = () => {
    form.clearProblems();
    const span = find(form.text, word.value.trim());
    if (!span) return form.tell(t("noSelection"), "pronounce");
    const said = sound.value.trim();
    if (!said || RESERVED.test(said)) {
      form.tell(t("noSound"), "pronounce");
      return sound.focus();
    }
    form.text.setRangeText(`[[${word.value.trim()}|${said}]]`, ...span, "end");
    form.text.dispatchEvent(new Event("input"));
    form.text.focus();
    return (word.value = sound.value = "");
  };

  form.text.addEventListener("select", show);
  byId("pronounce").addEventListener("toggle", show);
  insert.addEventListener("click", wrap);
  for (const field of [word, sound]) {
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing || event.ctrlKey || event.metaKey) return;
      event.preventDefault(); // Enter would speak
      wrap();
    });
  }
}

/** Where the word is: in the selection, else the first place that is not wrapped already. */
function find(text, word) {
  if (!word || RESERVED.test(word)) return null;
  const { value, selectionStart, selectionEnd } = text;
  const inside = value.slice(selectionStart, selectionEnd).indexOf(word);
  if (inside >= 0) return [selectionStart + inside, selectionStart + inside + word.length];
  for (let at = value.indexOf(word); at >= 0; at = value.indexOf(word, at + 1)) {
    const open = value.lastIndexOf("[[", at);
    if (open < 0 || value.indexOf("]]", open) < at) return [at, at + word.length];
  }
  return null;
}
