// Helps to write how a word sounds: hears it before and after, wraps it in the text as [[word|sound]],
// or keeps it in this browser for every text.

import { t } from "./i18n.js";
import { recall, remember } from "./settings.js";

const RESERVED = /[[\]|\n]/;
const LONGEST = 60; // characters; a longer selection is no word
const MOST = 200;
const byId = (id) => document.getElementById(id);
const kept = () => recall().pronunciations ?? [];

/** `form` holds the text, and tells problems; `hear` says a word, `check` finds what cannot be. */
export function helpPronouncing(form, { hear, check }) {
  const [word, sound] = ["word", "sound"].map(byId);
  const selected = () => form.text.value.slice(form.text.selectionStart, form.text.selectionEnd);
  const show = () => {
    const found = selected().trim();
    if (found && found.length <= LONGEST && !RESERVED.test(found)) word.value = found;
  };

  const fit = (field, sentence) => {
    const text = field.value.trim();
    if (text && !RESERVED.test(text)) return text;
    form.tell(t(sentence), "pronounce");
    field.focus();
    return null;
  };
  const rule = () => {
    form.clearProblems();
    const said = fit(word, "noWord") && fit(sound, "noSound");
    return said && { word: word.value.trim(), say: said };
  };

  const wrap = () => {
    form.clearProblems();
    const span = find(form.text, word.value.trim());
    if (!span) return form.tell(t("noSelection"), "pronounce");
    const said = fit(sound, "noSound");
    if (!said) return null;
    form.text.setRangeText(`[[${word.value.trim()}|${said}]]`, ...span, "end");
    form.text.dispatchEvent(new Event("input"));
    form.text.focus();
    return (word.value = sound.value = "");
  };
  const before = () => {
    form.clearProblems();
    const text = fit(word, "noWord");
    return text && hear(text, []);
  };
  const after = () => {
    const asked = rule();
    return asked && hear(asked.word, [asked]);
  };
  const keep = async () => {
    const asked = rule();
    if (!asked || !(await check(asked))) return;
    const others = kept().filter((each) => each.word !== asked.word);
    if (others.length >= MOST) return form.tell(t("tooManyWords", { n: MOST }), "pronounce");
    remember({ pronunciations: [...others, asked] });
    word.value = sound.value = "";
    list();
  };

  form.text.addEventListener("select", show);
  byId("pronounce").addEventListener("toggle", show);
  for (const [id, act] of Object.entries({ insert: wrap, before, after, keep })) {
    byId(id).addEventListener("click", act);
  }
  for (const field of [word, sound]) {
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing || event.ctrlKey || event.metaKey) return;
      event.preventDefault(); // Enter would speak
      wrap();
    });
  }
}

/** The words that are kept, in the language of the page. */
export function list() {
  const remove = byId("take").content.querySelector(".remove");
  const items = kept().map(({ word, say }) => {
    const [item, about, button] = [document.createElement("li"), document.createElement("span"), remove.cloneNode(true)];
    Object.assign(about, { className: "about", textContent: `${word} → ${say}`, dir: "auto" });
    button.setAttribute("aria-label", t("forgetWord", { word }));
    button.addEventListener("click", () => {
      remember({ pronunciations: kept().filter((each) => each.word !== word) });
      list();
      byId("word").focus();
    });
    item.append(about, button);
    return item;
  });
  byId("own").replaceChildren(...items);
  byId("own").hidden = !items.length;
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
