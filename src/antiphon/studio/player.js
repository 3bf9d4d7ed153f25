// Plays a sound that may still be growing; knows where the listener is in it.
// (Sources on a clock rather than a worklet, which plain HTTP in a local network does not have.)

import { RATE } from "./api.js";

const LEAD_S = 0.06; // air before the first sample, so that the second piece is in time
const AHEAD_S = 4; // a tab in the background is woken once a second at worst
const SLICE_S = 0.5;
const ENOUGH_S = 0.1; // after running dry, wait for this much
const FADE_S = 0.008; // so that stopping does not click
const TICK_MS = 200;

export class Player {
  #context = null;
  #sound = null;
  #standing = 0; // the sample where it stands while it does not play
  #scheduled = 0; // the sample up to which sources are scheduled
  #anchor = null; // {time, sample}: this sample sounds at that time
  #gain = null;
  #sources = new Set();
  #timer = 0;

  state = "paused"; // or "playing", "ended"
  complete = true;

  /** `changed` is called when the state or what blocks it may have changed. */
  constructor(changed) {
    this.changed = changed;
  }

  /** Call while handling a gesture, or the browser keeps the sound off. */
  prepare() {
    if (!this.#context) {
      this.#context = new AudioContext({ sampleRate: RATE });
      this.#context.addEventListener("statechange", () => this.changed());
    }
    this.#context.resume().catch(() => {});
  }

  /** Whether it would play if the browser let it. */
  get blocked() {
    return this.state === "playing" && this.#context.state !== "running";
  }

  get seconds() {
    return this.#sound ? this.#sound.seconds : 0;
  }

  /** Where the listener is, in seconds. */
  get position() {
    if (this.state !== "playing" || !this.#anchor) return this.#standing / RATE;
    const { time, sample } = this.#anchor;
    const now = this.#context.currentTime - (this.#context.outputLatency || 0);
    return Math.min(sample / RATE + Math.max(0, now - time), this.#scheduled / RATE);
  }

  load(sound, complete) {
    this.#cut();
    this.#sound = sound;
    this.complete = complete;
    this.#standing = 0;
    this.#turn("paused");
  }

  play() {
    if (!this.#sound) return;
    this.prepare();
    if (this.state === "playing") return;
    if (this.complete && this.#standing >= this.#sound.length) this.#standing = 0;
    this.#scheduled = this.#standing;
    this.#turn("playing");
    this.#pump();
  }

  pause() {
    if (this.state !== "playing") return;
    this.#standing = Math.round(this.position * RATE);
    this.#cut();
    this.#turn("paused");
  }

  seek(seconds) {
    if (!this.#sound) return;
    // Rounded up, so that seeking to the start of a word does not end just before it.
    const sample = Math.max(0, Math.ceil(Math.min(seconds, this.seconds) * RATE - 1e-6));
    this.#cut();
    this.#standing = this.#scheduled = sample;
    if (this.state === "ended") this.#turn("paused");
    this.#pump();
  }

  /** Samples were added, or `complete` was set. */
  fed() {
    this.#pump();
  }

  #turn(state) {
    this.state = state;
    clearInterval(this.#timer);
    if (state === "playing") this.#timer = setInterval(() => this.#pump(), TICK_MS);
    this.changed();
  }

  get #until() {
    return this.#anchor ? this.#anchor.time + (this.#scheduled - this.#anchor.sample) / RATE : -1;
  }

  #pump() {
    if (this.state !== "playing") return;
    const now = this.#context.currentTime;
    if (now >= this.#until && !this.#begin(now)) return;
    while (this.#scheduled < this.#sound.length && this.#until - now < AHEAD_S) this.#schedule();
  }

  /** Nothing is scheduled any more: start again from here, wait for more, or end. */
  #begin(now) {
    const left = this.#sound.length - this.#scheduled;
    if (!left && this.complete) {
      this.#standing = this.#scheduled;
      this.#cut();
      this.#turn("ended");
    }
    if (!left || (!this.complete && left < ENOUGH_S * RATE)) return false;
    this.#gain ??= this.#opened();
    // On the grid of samples, so that slices meet exactly.
    this.#anchor = { time: Math.ceil((now + LEAD_S) * RATE) / RATE, sample: this.#scheduled };
    return true;
  }

  #opened() {
    const gain = new GainNode(this.#context);
    gain.connect(this.#context.destination);
    return gain;
  }

  #schedule() {
    const wave = this.#sound.read(this.#scheduled, SLICE_S * RATE);
    const buffer = new AudioBuffer({ length: wave.length, sampleRate: RATE });
    buffer.copyToChannel(wave, 0);
    const source = new AudioBufferSourceNode(this.#context, { buffer });
    source.connect(this.#gain);
    source.addEventListener("ended", () => this.#sources.delete(source));
    source.start(this.#until);
    this.#sources.add(source);
    this.#scheduled += wave.length;
  }

  #cut() {
    if (this.#gain) {
      const end = this.#context.currentTime + FADE_S;
      this.#gain.gain.setValueAtTime(1, this.#context.currentTime);
      this.#gain.gain.linearRampToValueAtTime(0, end);
      for (const source of this.#sources) source.stop(end);
    }
    this.#sources.clear();
    this.#gain = this.#anchor = null;
  }
}
