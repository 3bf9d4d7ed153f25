// The studio: one text is spoken at a time; this file says what leads to what.

import * as api from "./api.js";
import { Form } from "./form.js";
import { duration, explain, otherLanguage, t, translate, turn } from "./i18n.js";
import { helpPronouncing, list as listWords } from "./pronounce.js";
import { remember } from "./settings.js";
import { Shelf } from "./shelf.js";
import { Sound } from "./sound.js";
import { Stage } from "./stage.js";
import { Takes } from "./takes.js";

const RETRY_MS = 1500;
const STILL_NEEDED_MS = 60_000; // a downloaded file may be read from its address so long

const system = matchMedia("(prefers-color-scheme: dark)");
const byId = (id) => document.getElementById(id);
const [speakButton, stopButton, downloadButton, formats] = ["speak", "stop", "download", "format"].map(byId);

const form = new Form();
const stage = new Stage((state) => turned(state));
const takes = new Takes();
const shelf = new Shelf(takes, {
  play: (about) => replay(about),
  again: (about) => useAgain(about),
  save: async (about) => save(Sound.of(await takes.samples(about.id)).wav(), "wav"),
  gone: (id) => stage.take?.id === id && stage.close(),
  nameOf: (voice) => form.nameOf(voice),
});
let panel = null; // a promise of it, once it was opened
let making = null; // {asked, sound, words, complete, leaving} while it is made

async function speak() {
  stop();
  form.clearProblems();
  const asked = form.read();
  if (!asked.text.trim()) return form.tell(t("empty"), "text");
  stage.player.pause();
  stage.player.prepare();
  const take = { asked, sound: new Sound(), words: [], complete: false };
  const mine = (making = { take, leaving: new AbortController() });
  show();
  byId("asking").hidden = false;
  await listen(take, mine.leaving.signal);
  if (making === mine) {
    making = null;
    show();
  }
  return keep(take);
}

/** Take in all of it, and tell what went wrong. */
async function listen(take, signal) {
  try {
    const reason = await receive(take, signal);
    take.complete = reason === "complete";
    if (!take.complete) form.tell(t("limited"));
  } catch (error) {
    if (signal.aborted) return;
    if (error instanceof api.Lost) form.tell(t(take.sound.length ? "lost" : "unreachable"));
    else form.refuse(error);
  } finally {
    if (stage.take === take) stage.finish();
  }
}

async function receive(take, signal) {
  const stream = api.speak(take.asked, signal);
  for (;;) {
    const { done, value } = await stream.next();
    if (done) return value;
    take.sound.add(value.samples);
    take.words.push(...value.words);
    take.likeness = value.likeness;
    if (stage.take === take) stage.grow(value);
    else if (take.sound.length && !signal.aborted) stage.open(take);
    byId("asking").hidden = true;
  }
}

async function keep(take) {
  const { asked, words, complete, sound, likeness } = take;
  if (!sound.length) return null;
  if (!takes.fits(sound.length)) return form.tell(t("tooLarge"));
  const kept = await takes.keep({ asked, words, complete, likeness, seconds: sound.seconds }, sound.whole());
  take.id = kept.id;
  return shelf.show();
}

function stop() {
  if (making) {
    making.leaving.abort();
    making = null;
    show();
  }
}

function silence() {
  const running = making || stage.player.state === "playing";
  stop();
  stage.player.pause();
  if (running) tell(t("stopped"));
}

/** Stop stands beside Speak as long as there is something to stop. */
function show() {
  const idle = !making && stage.player.state !== "playing";
  if (idle && document.activeElement === stopButton) speakButton.focus();
  stopButton.hidden = idle;
  if (!making) byId("asking").hidden = true;
}

function turned(state) {
  show();
  tell(state === "ended" ? t("done", { n: duration(stage.player.seconds) }) : "");
}

/** For those who listen to the page; it keeps silent while the speech itself is heard. */
function tell(sentence) {
  byId("status").textContent = sentence;
}

async function replay(about) {
  stop();
  stage.player.prepare();
  const sound = Sound.of(await takes.samples(about.id));
  stage.open({ ...about, sound, complete: true }); // it grows no more, even where it was cut short
}

function useAgain({ asked }) {
  form.write(asked);
  form.text.focus();
  form.text.scrollIntoView({ block: "center" });
}

/** One word by itself, as it is said with these rules. */
async function hear(word, pronunciations) {
  silence();
  const asked = { ...form.read(), text: word, pronunciations };
  try {
    const address = URL.createObjectURL(await api.makeFile(asked, "wav"));
    const sound = new Audio(address);
    sound.addEventListener("ended", () => URL.revokeObjectURL(address));
    await sound.play();
  } catch (error) {
    tellOf(error);
  }
}

async function check(rule) {
  try {
    return await api.check(rule);
  } catch (error) {
    return tellOf(error);
  }
}

/** Something went wrong with a word. */
function tellOf(error) {
  if (error instanceof api.Lost) form.tell(t("unreachable"), "pronounce");
  else if (error instanceof api.Refused) form.tell(explain(error), "pronounce");
  else form.tell(t("blocked"), "pronounce");
}

async function download() {
  const { asked, sound } = stage.take;
  const format = formats.value;
  form.clearProblems();
  if (format === "wav") return save(sound.wav(), format);
  downloadButton.disabled = true;
  downloadButton.textContent = t("preparing", { format: format.toUpperCase() });
  try {
    return save(await api.makeFile(asked, format), format);
  } catch (error) {
    if (error instanceof api.Lost) return form.tell(t("unreachable"), "format");
    return form.refuse({ ...error, message: error.message, param: "response_format" });
  } finally {
    downloadButton.disabled = false;
    downloadButton.textContent = t("download");
  }
}

function save(blob, format, name = `antiphon.${format}`) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), STILL_NEEDED_MS);
}

async function list() {
  const voices = await api.listVoices();
  form.setVoices(voices);
  return voices;
}

/** The voices that one made; what it takes to make one is loaded when it is wanted. */
async function openVoices() {
  silence();
  panel ??= import("./panel.js").then(({ Panel }) => new Panel({
    list,
    choose: (id) => form.choose(id),
    save: (blob, name) => save(blob, "", name),
    tell: (sentence, place) => form.tell(sentence, place),
    clear: () => form.clearProblems(),
  }));
  await (await panel).open();
}

async function greet() {
  try {
    await list();
    form.clearProblems();
  } catch (error) {
    const lasting = error.code === "invalid_api_key" || error.code === "foreign_origin";
    const known = lasting ? explain(error) : t("starting");
    if (byId("problem").hidden) form.tell(error instanceof api.Lost ? t("unreachable") : known);
    setTimeout(greet, RETRY_MS);
    return;
  }
  await shelf.show();
  const about = await api.describe().catch(() => ({ formats: ["wav"], notice: "" }));
  Object.assign(byId("notice"), { textContent: about.notice, hidden: !about.notice });
  const files = ["wav", ...about.formats.filter((name) => name !== "wav" && name !== "pcm")];
  formats.replaceChildren(...files.map((name) => new Option(name.toUpperCase(), name)));
}

function dress() {
  const { name, lang } = otherLanguage();
  Object.assign(byId("language"), { textContent: name, lang });
  translate();
  form.translate();
  listWords();
  byId("dark").setAttribute("aria-pressed", String(isDark()));
  stage.refresh();
  panel?.then((open) => open.translate());
}

function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : system.matches;
}

byId("form").addEventListener("submit", (event) => {
  event.preventDefault();
  speak();
});
stopButton.addEventListener("click", silence);
downloadButton.addEventListener("click", download);
byId("voices-open").addEventListener("click", openVoices);
byId("language").addEventListener("click", () => {
  turn();
  dress();
  shelf.show();
});
byId("dark").addEventListener("click", () => {
  const theme = isDark() ? "light" : "dark";
  document.documentElement.dataset.theme = theme;
  remember({ theme: theme === (system.matches ? "dark" : "light") ? undefined : theme });
  dress();
});
system.addEventListener("change", dress);
document.addEventListener("keydown", (event) => {
  if (event.isComposing || byId("voices").open) return; // the key belongs to the input method, or the panel
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    speak();
  } else if (event.key === "Escape") silence();
});
helpPronouncing(form, { hear, check });
dress();
greet();
