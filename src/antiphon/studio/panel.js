// The panel "Your voices": the list, the new recording, and what was found in it.

import * as api from "./api.js";
import { Enrol } from "./enrol.js";
import { Hearing } from "./hearing.js";
import { explain, t } from "./i18n.js";
import { Own } from "./own.js";
import { translateAdvice } from "./phrases.js";
import { recall, remember } from "./settings.js";

const byId = (id) => document.getElementById(id);
const decimal = (number, digits = 1) => number.toFixed(digits).replace("-", "−");

export class Panel {
  #deeds;
  #dialog = byId("voices");
  #found = null; // the voice that was made last, with its verdict
  #hearing = new Hearing(() => this.#heard());
  #enrol = new Enrol({
    done: (voice) => this.#made(voice),
    refuse: (error, place) => this.#refuse(error, place),
    tell: (sentence, place) => this.#deeds.tell(sentence, place),
    say: (sentence) => this.#say(sentence),
    clear: () => this.#deeds.clear(),
  });
  #own = new Own({
    listen: (voice) => this.#hear(voice.id),
    share: (voice) => this.#share(voice),
    mood: (voice) => this.#begin(voice),
    export: (voice) => this.#export(voice),
    remove: (voice) => this.#remove(voice),
  });

  /** `deeds`: `list()` voices anew, `choose(id)`, `save(blob, name)`, `tell(sentence, place)`, `clear()`. */
  constructor(deeds) {
    this.#deeds = deeds;
    byId("api-key").value = recall().key ?? "";
    byId("api-key").addEventListener("change", () => this.#unlock());
    byId("voices-close").addEventListener("click", () => this.#dialog.close());
    byId("another").addEventListener("click", () => this.#begin());
    byId("not-mood").addEventListener("click", () => this.#begin());
    byId("hear-it").addEventListener("click", () => this.#hear(this.#found.id));
    byId("use-it").addEventListener("click", () => {
      this.#dialog.close();
      byId("text").focus();
    });
    this.#dialog.addEventListener("cancel", (event) => {
      if (!this.#enrol.recording) return;
      event.preventDefault(); // Escape ends the recording first
      this.#enrol.stop();
    });
    this.#dialog.addEventListener("close", () => this.#left());
  }

  async open() {
    this.#dialog.showModal();
    this.#begin();
    await this.#try(async () => this.#own.show(await this.#deeds.list()), "key");
  }

  translate() {
    if (this.#found) this.#tellVerdict();
    this.#enrol.translate();
  }

  #begin(voice = null) {
    this.#hearing.stop();
    byId("verdict").hidden = true;
    byId("not-mood").hidden = voice === null;
    this.#enrol.open(voice);
    byId(voice ? "enrol-title" : "record").focus();
  }

  #left() {
    this.#enrol.stop();
    this.#hearing.stop();
  }

  async #made(voice) {
    this.#found = voice;
    this.#hearing.likeness = null;
    this.#tellVerdict();
    byId("verdict").hidden = false;
    byId("verdict-title").focus();
    this.#own.show(await this.#deeds.list());
    this.#deeds.choose(voice.id);
    if (this.#dialog.open) await this.#hear(voice.id);
  }

  #tellVerdict() {
    const { name, verdict, advice } = this.#found;
    byId("verdict-title").textContent = t("ready", { name });
    byId("verdict-facts").replaceChildren(...(verdict ? facts(verdict, advice.join()) : []));
    const told = verdict && !advice.length ? [t("nothingBetter")] : advice.map(translateAdvice);
    if (verdict && verdict.end_s - verdict.start_s < verdict.duration_s - 0.5) {
      told.unshift(t("takenFrom", { from: decimal(verdict.start_s), to: decimal(verdict.end_s) }));
    }
    byId("verdict-advice").replaceChildren(...told.map((sentence) => element("li", sentence)));
  }

  async #hear(id) {
    if (this.#hearing.speaking === id) return this.#hearing.stop();
    this.#deeds.clear();
    this.#hearing.prepare();
    return this.#try(() => this.#hearing.say(id), "voices");
  }

  #heard() {
    const { speaking, likeness, voice } = this.#hearing;
    this.#own.mark(speaking);
    byId("hear-it").textContent = t(speaking && voice === this.#found?.id ? "stop" : "hearIt");
    byId("verdict-likeness").textContent = /^(matched|cloned)$/.test(likeness) ? t(`${likeness}Voice`) : "";
  }

  async #share(voice) {
    await this.#try(async () => {
      await api.share(voice.id, !voice.shared);
      const index = this.#own.indexOf(voice);
      this.#own.show(await this.#deeds.list());
      this.#own.focus("share", index);
      this.#say(t(voice.shared ? "private" : "shared"));
    }, "voices");
  }

  async #export({ id, name }) {
    await this.#try(async () => this.#deeds.save(await api.exported(id), `${name}.voice.zip`), "voices");
  }

  async #remove(voice) {
    await this.#try(async () => {
      await api.remove(voice.id);
      const index = this.#own.indexOf(voice);
      if (this.#found?.id === voice.id) this.#begin();
      this.#own.show(await this.#deeds.list());
      this.#own.focus("remove", index);
      this.#say(t("removed", voice));
    }, "voices");
  }

  async #unlock() {
    remember({ key: byId("api-key").value.trim() || undefined });
    this.#deeds.clear();
    await this.#try(async () => this.#own.show(await this.#deeds.list()), "key");
    this.#say(t("keyKept"));
  }

  async #try(deed, place) {
    try {
      await deed();
    } catch (error) {
      this.#refuse(error, place);
    }
  }

  #refuse(error, place) {
    if (error.code === "invalid_api_key" || error.code === "key_required") place = "key";
    this.#deeds.tell(error instanceof api.Refused ? explain(error) : t("unreachable"), place);
  }

  #say(sentence) {
    byId("voices-status").textContent = sentence;
  }
}

/** What was measured, as pairs of a name and a value in words. */
function facts({ speech_s: speech, level_dbfs: level, snr_db: snr }, advised) {
  const told = {
    foundSpeech: t("foundSeconds", { n: decimal(speech) }),
    foundLevel: t(advised.includes("voice is soft") ? "levelSoft" : "levelGood", { n: decimal(level, 0) }),
    foundNoise: t(advised.includes("there is noise") ? "noiseHigh" : "noiseLow", { n: decimal(snr, 0) }),
  };
  return Object.entries(told).map(([name, value]) => {
    const pair = document.createElement("div");
    pair.append(element("dt", t(name)), element("dd", value));
    return pair;
  });
}

function element(name, textContent) {
  return Object.assign(document.createElement(name), { textContent });
}
