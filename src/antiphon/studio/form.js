// What is to be said and how: the fields, the samples, and the problems beside the fields.

import { describeVoice, explain, locale, MOODS, nameLanguage, SAMPLES, t } from "./i18n.js";
import { recall, remember } from "./settings.js";
import { countPoints } from "./text.js";

const LONGEST_DRAFT = 100_000;
const FIRST_LANGUAGES = ["zh", "en"];

const byId = (id) => document.getElementById(id);

export class Form {
  text = byId("text");
  #voice = byId("voice");
  #tongue = byId("tongue");
  #pace = byId("pace");
  #pitch = byId("pitch");
  #mood = byId("mood");
  #strength = byId("strength");
  #voices = [];

  constructor() {
    const kept = recall();
    this.text.value = kept.draft ?? "";
    this.#pace.value = kept.speed ?? 1;
    this.#pitch.value = kept.pitch ?? 0;
    this.#strength.value = kept.strength ?? 1;
    this.text.addEventListener("input", () => this.#typed());
    for (const each of [this.#voice, this.#tongue, this.#pace, this.#pitch, this.#mood, this.#strength]) {
      each.addEventListener("input", () => this.#chosen());
    }
    this.#offerSamples();
  }

  /** What the API is to be asked. */
  read() {
    return {
      text: this.text.value,
      voice: this.#voice.value,
      language: this.#tongue.value,
      speed: Number(this.#pace.value),
      pitch: Number(this.#pitch.value),
      emotion: this.#mood.value,
      strength: Number(this.#strength.value),
      pronunciations: recall().pronunciations ?? [],
    };
  }

  /** Puts back what was asked once. */
  write({ text, voice, language, speed, pitch, emotion = "", strength = 1 }) {
    this.text.value = text;
    if (this.#voices.some(({ id }) => id === voice)) this.#voice.value = voice;
    this.#pace.value = speed;
    this.#pitch.value = pitch;
    this.#mood.value = emotion;
    this.#strength.value = strength;
    this.#listLanguages(language);
    this.#typed();
    this.#chosen();
  }

  setVoices(voices) {
    this.#voices = voices;
    this.translate();
  }

  choose(voice) {
    this.#voice.value = voice;
    this.#chosen();
  }

  nameOf(voice) {
    return this.#voices.find(({ id }) => id === voice)?.name ?? voice;
  }

  /** Words that depend on the language of the page. */
  translate() {
    const { voice, language, emotion } = { ...recall(), ...(this.#voice.value && this.read()) };
    this.#mood.replaceChildren(new Option(t("ownMood"), ""), ...MOODS.map((mood) => new Option(t(mood), mood)));
    this.#mood.value = MOODS.includes(emotion) ? emotion : "";
    this.#voice.replaceChildren(...this.#voices.map((each) => new Option(describeVoice(each), each.id)));
    if (this.#voices.some(({ id }) => id === voice)) this.#voice.value = voice;
    this.#listLanguages(language);
    this.text.placeholder = t("placeholder");
    this.#show();
    this.clearProblems();
  }

  clearProblems() {
    for (const each of document.querySelectorAll(".problem")) each.hidden = true;
    for (const each of document.querySelectorAll("[aria-invalid]")) each.removeAttribute("aria-invalid");
  }

  /** An error of the API beside the field that it concerns. */
  refuse(error) {
    const field = { input: "text", response_format: "format", pronunciations: "pronounce" }[error.param] ?? error.param;
    this.tell(explain(error), field);
  }

  /** A sentence beside a field, or under the buttons. */
  tell(sentence, field) {
    const place = (field && byId(`${field}-problem`)) || byId("problem");
    place.textContent = sentence;
    place.hidden = false;
    const control = document.querySelector(`[aria-describedby="${place.id}"]`);
    if (!control) return;
    control.closest("details")?.setAttribute("open", "");
    if (!control.matches("button")) control.setAttribute("aria-invalid", "true");
    control.focus();
  }

  #listLanguages(chosen = "") {
    const known = this.#voices.find(({ id }) => id === this.#voice.value)?.languages ?? [];
    const first = FIRST_LANGUAGES.filter((tag) => known.includes(tag));
    const others = known.filter((tag) => !first.includes(tag)).map((tag) => [nameLanguage(tag), tag]);
    const order = new Intl.Collator(locale()).compare;
    others.sort(([one], [other]) => order(one, other));
    const options = [[t("automatic"), ""], ...first.map((tag) => [nameLanguage(tag), tag]), ...others];
    this.#tongue.replaceChildren(...options.map(([name, tag]) => new Option(name, tag)));
    this.#tongue.value = known.includes(chosen) ? chosen : "";
  }

  #typed() {
    const text = this.text.value;
    remember({ draft: text.slice(0, LONGEST_DRAFT) });
    this.#show();
    this.clearProblems();
  }

  #chosen() {
    const { text, ...choices } = this.read();
    remember(choices);
    this.#listLanguages(choices.language);
    this.#show();
    this.clearProblems();
  }

  #show() {
    const { text, speed, pitch, emotion, strength } = this.read();
    const number = countPoints(text);
    byId("count").textContent = t(number === 1 ? "character" : "characters", { n: number.toLocaleString(locale()) });
    byId("count").hidden = !number;
    byId("samples").hidden = text !== "";
    const signed = pitch > 0 ? `+${pitch}` : String(pitch).replace("-", "−");
    byId("pace-value").value = t("paceValue", { n: speed });
    byId("pitch-value").value = t("pitchValue", { n: signed });
    byId("how-much").hidden = !emotion;
    byId("strength-value").value = t("strengthValue", { n: Math.round(strength * 100) });
    this.#strength.setAttribute("aria-valuetext", t("strengthValue", { n: Math.round(strength * 100) }));
    this.#pace.setAttribute("aria-valuetext", t("paceValue", { n: speed }));
    this.#pitch.setAttribute("aria-valuetext", t("pitchSpoken", { n: signed }));
  }

  #offerSamples() {
    const buttons = SAMPLES.map(({ lang, name, text }) => {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", className: "sample" });
      if (lang) Object.assign(button, { lang, textContent: name });
      else button.dataset.text = name; // a sentence of the page's own language
      button.addEventListener("click", () => {
        this.text.value = text;
        this.#typed();
        this.text.focus();
      });
      return button;
    });
    byId("samples").append(...buttons);
  }
}
