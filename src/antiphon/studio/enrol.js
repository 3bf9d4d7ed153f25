// A recording becomes a voice, or a mood of one: record or choose, cut, say whose it is, send.

import * as api from "./api.js";
import { Clip } from "./clip.js";
import { MOODS, t } from "./i18n.js";
import { listen, LONGEST_S } from "./recorder.js";
import { clock } from "./text.js";

const QUIET_S = 3; // after so long without a word, perhaps nothing is heard
const ENOUGH_S = 3;
const PLENTY_S = 10;
const PLACES = { name: "voice-name", consent: "consent", ref_text: "transcript", mood: "into", audio_sample: "clip" };

const byId = (id) => document.getElementById(id);

export class Enrol {
  clip = new Clip();
  #deeds;
  #form = byId("enrol");
  #record = byId("record");
  #file = byId("file");
  #recorder = null;
  #asking = null; // the permission that is waited for
  #voice = null; // the one that gets a mood; null for a new voice
  #told = "";

  /** `deeds` are `done(voice)`, `refuse(error, place)`, `tell(sentence, place)`, `say(sentence)` and `clear()`. */
  constructor(deeds) {
    this.#deeds = deeds;
    this.#record.addEventListener("click", () => (this.#recorder ? this.#recorder.stop() : this.#begin()));
    byId("choose").addEventListener("click", () => this.#file.click());
    this.#file.addEventListener("change", () => {
      this.#take(this.#file.files[0]);
      this.#file.value = ""; // so that the same file can be chosen again
    });
    byId("drop-clip").addEventListener("click", () => this.#forget());
    byId("read-it").addEventListener("click", () => (byId("transcript").value = t("readThis")));
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    this.#acceptDrops(byId("voices"));
  }

  get recording() {
    return this.#recorder !== null;
  }

  /** A new voice, or one more mood of this one. */
  open(voice = null) {
    this.#voice = voice;
    this.#form.hidden = false;
    for (const each of this.#form.querySelectorAll(".new")) each.hidden = voice !== null;
    byId("into-field").hidden = voice === null;
    this.translate();
  }

  close() {
    this.#form.hidden = true;
    this.clip.close();
  }

  /** The microphone is let go; what was recorded is kept. */
  stop() {
    this.#asking = null;
    this.#recorder?.stop();
    this.clip.pause();
  }

  translate() {
    const { name } = this.#voice ?? {};
    byId("enrol-title").textContent = name ? t("newMood", { name }) : t("newVoice");
    byId("save").textContent = t(name ? "saveMood" : "saveVoice");
    const { value } = byId("into");
    byId("into").replaceChildren(...MOODS.map((mood) => new Option(t(mood), mood)));
    byId("into").value = value || "happy";
    this.#turn();
    this.clip.refresh();
  }

  async #begin() {
    this.#deeds.clear();
    const mine = (this.#asking = {});
    try {
      const recorder = await listen((heard) => this.#hear(heard));
      if (this.#asking !== mine) return recorder.stop(); // nobody waits for it any more
      this.clip.close();
      this.#recorder = recorder;
      this.#turn();
      this.#tell("speakNow");
      const whole = await recorder.whole;
      this.#recorder = null;
      this.#turn();
      return await this.#take(whole);
    } catch ({ name }) {
      const why = { NotAllowedError: "micDenied", NotFoundError: "micMissing", SecurityError: "micInsecure" };
      return this.#deeds.tell(t(why[name] ?? "micBroken"), "record");
    }
  }

  #hear({ seconds, speech, level }) {
    byId("meter").style.setProperty("--level", level.toFixed(2));
    byId("heard").textContent = `${clock(seconds)} / ${clock(LONGEST_S)}`;
    const waiting = seconds > QUIET_S && !speech ? "nothingHeard" : "speakNow";
    this.#tell(speech >= PLENTY_S ? "plenty" : speech >= ENOUGH_S ? "enough" : waiting);
  }

  #tell(name) {
    if (name === this.#told) return;
    this.#told = name;
    byId("hint").textContent = t(name);
    this.#deeds.say(t(name));
  }

  async #take(file) {
    if (!file) return null;
    this.#deeds.clear();
    if (/\.zip$/i.test(file.name)) return this.#deliver(api.bring(file), "record");
    await this.clip.open(file);
    this.#turn();
    this.#deeds.say(byId("clip-facts").textContent);
    return byId(byId("clip-deck").hidden ? "voice-name" : "clip-play").focus();
  }

  #forget() {
    this.clip.close();
    this.#turn();
    this.#record.focus();
  }

  /** What there is to see at this moment. */
  #turn() {
    const busy = this.recording;
    this.#record.textContent = t(busy ? "stopRecording" : "record");
    byId("live").hidden = !busy;
    byId("read").hidden = !busy && !this.clip.empty;
    byId("source").hidden = !this.clip.empty;
    byId("choose").hidden = byId("or-drop").hidden = busy;
    byId("about-it").hidden = this.clip.empty;
    if (!busy) this.#told = "";
  }

  async #send() {
    this.#deeds.clear();
    this.clip.pause();
    const missing = this.#missing();
    if (missing) return this.#deeds.tell(...missing);
    const form = this.#read();
    return this.#deliver(this.#voice ? api.addMood(this.#voice.id, form) : api.enrol(form), "save");
  }

  /** Wait for what the service says of it. */
  async #deliver(answer, place) {
    this.#wait(true);
    try {
      const made = await answer;
      for (const id of ["voice-name", "transcript"]) byId(id).value = "";
      byId("agreed").checked = false;
      this.close();
      return await this.#deeds.done(made);
    } catch (error) {
      return this.#deeds.refuse(error, PLACES[error.param] ?? place);
    } finally {
      this.#wait(false);
    }
  }

  #missing() {
    if (!this.#voice && !byId("voice-name").value.trim()) return [t("nameFirst"), "voice-name"];
    return byId("agreed").checked ? null : [t("consentFirst"), "consent"];
  }

  #read() {
    const form = new FormData();
    const say = (name, value) => value && form.append(name, value);
    form.append("audio_sample", this.clip.file, this.clip.file.name ?? "recording.wav");
    say("ref_text", byId("transcript").value.trim());
    say("mood", this.#voice && byId("into").value);
    say("name", !this.#voice && byId("voice-name").value.trim());
    say("consent", t("consent"));
    return form;
  }

  #wait(waiting) {
    byId("save").disabled = waiting;
    byId("checking").hidden = !waiting;
    if (waiting) this.#deeds.say(t("checking"));
  }

  #acceptDrops(place) {
    place.addEventListener("dragover", (event) => event.preventDefault());
    place.addEventListener("drop", (event) => {
      event.preventDefault();
      const [file] = event.dataTransfer.files;
      if (file && !this.recording && !this.#form.hidden) this.#take(file);
    });
  }
}
