// A recording as one sees, hears and cuts it: two handles leave the part that is sent.

import { RATE } from "./api.js";
import { duration, t } from "./i18n.js";
import { Player } from "./player.js";
import { LONGEST_S } from "./recorder.js";
import { Sound } from "./sound.js";
import { Waveform } from "./waveform.js";

const LEAST_S = 3; // between the handles; less is refused
const BEST_S = 10; // what is used of it at most
const LONGEST_SHOWN_S = 600; // a longer file would fill the memory of a phone
const SMALL = 5_000_000; // bytes; shown though nobody says how long it is

const byId = (id) => document.getElementById(id);

export class Clip {
  #file = null;
  #sound = null; // null where the browser cannot read the file
  #began = 0; // where the part that plays begins
  #frame = 0;
  #section = byId("clip");
  #cut = byId("cut");
  #from = byId("cut-from");
  #to = byId("cut-to");
  #button = byId("clip-play");
  #head = byId("cut-head");
  #wave = new Waveform(byId("cut").querySelector("canvas"));
  #player = new Player(() => this.refresh());

  constructor() {
    for (const handle of [this.#from, this.#to]) handle.addEventListener("input", () => this.#moved(handle));
    this.#button.addEventListener("click", () => this.#toggle());
    new ResizeObserver(() => this.refresh()).observe(this.#cut);
  }

  get empty() {
    return !this.#file;
  }

  /** The part between the handles as WAV; the file as it is where it cannot be read here. */
  get file() {
    if (!this.#sound) return this.#file;
    return Sound.of(this.#sound.slice(...this.#span())).wav();
  }

  async open(file) {
    this.close();
    const sound = await decoded(file).catch(() => null);
    this.#file = file;
    this.#sound = sound;
    this.#section.hidden = false;
    byId("clip-deck").hidden = !sound;
    if (sound) this.#show(sound.length / RATE);
    else byId("clip-facts").textContent = t("cannotShow");
  }

  close() {
    this.pause();
    this.#file = this.#sound = null;
    this.#section.hidden = true;
  }

  pause() {
    this.#player.pause();
  }

  /** Draw again soon. */
  refresh() {
    this.#frame ||= requestAnimationFrame(() => this.#draw());
  }

  #show(seconds) {
    for (const handle of [this.#from, this.#to]) handle.max = seconds.toFixed(1);
    this.#from.value = 0;
    this.#to.value = Math.min(seconds, LONGEST_S);
    this.#wave.clear(seconds);
    this.#wave.add(this.#sound);
    this.#wave.finish();
    this.#moved(this.#to);
  }

  #moved(handle) {
    this.pause();
    const least = Math.min(LEAST_S, Number(this.#to.max));
    const [from, to] = [this.#from, this.#to];
    if (handle === from) from.value = Math.min(from.value, to.value - least);
    else to.value = Math.max(to.value, Number(from.value) + least);
    const long = to.value - from.value;
    for (const each of [from, to]) each.setAttribute("aria-valuetext", duration(each.value, 1));
    const chosen = { n: long.toFixed(1), of: to.max };
    byId("clip-facts").textContent = t(long > BEST_S + 0.05 ? "cutLong" : "cutPart", chosen);
    this.refresh();
  }

  #span() {
    return [this.#from, this.#to].map(({ value }) => Math.round(value * RATE));
  }

  #toggle() {
    if (this.#player.state === "playing") return this.pause();
    this.#began = Number(this.#from.value);
    this.#player.load(Sound.of(this.#sound.slice(...this.#span())), true);
    return this.#player.play();
  }

  #draw() {
    this.#frame = 0;
    if (!this.#sound) return;
    const playing = this.#player.state === "playing";
    this.#wave.draw(Number(this.#to.value), Number(this.#from.value));
    this.#head.hidden = !playing;
    this.#head.style.left = `${(100 * (this.#began + this.#player.position)) / this.#to.max}%`;
    this.#section.dataset.state = this.#player.state;
    this.#button.setAttribute("aria-label", t(playing ? "pause" : "playPart"));
    if (playing) this.refresh();
  }
}

/** The samples of any file that the browser can read, mixed to one channel. */
async function decoded(file) {
  const seconds = await lengthOf(file);
  if (!(seconds <= LONGEST_SHOWN_S) && file.size > SMALL) return null;
  const buffer = await new OfflineAudioContext(1, 1, RATE).decodeAudioData(await file.arrayBuffer());
  const channels = Array.from({ length: buffer.numberOfChannels }, (_, n) => buffer.getChannelData(n));
  return Int16Array.from(channels[0], (_, n) => {
    const mixed = channels.reduce((sum, channel) => sum + channel[n], 0) / channels.length;
    return Math.round(32767 * Math.min(1, Math.max(-1, mixed)));
  });
}

/** What the file says of its length, in seconds; not a number where it says nothing. */
function lengthOf(file) {
  const sound = new Audio();
  const address = URL.createObjectURL(file);
  return new Promise((resolve) => {
    sound.addEventListener("loadedmetadata", () => resolve(sound.duration));
    sound.addEventListener("error", () => resolve(NaN));
    sound.src = address;
  }).finally(() => URL.revokeObjectURL(address));
}
