// Draws the sound as bars: peaks are kept as the samples come, and each frame draws only bars.

import { RATE } from "./api.js";

const HOP = 480; // samples per peak: 20 ms
const BAR = 3;
const GAP = 2;
const SETTLED = 0.002;

export class Waveform {
  #canvas;
  #peaks = new Uint16Array(1024);
  #count = 0;
  #partial = 0; // samples in the last peak
  #loudest = 0;
  #scale = 1; // seconds across the width, as shown
  #target = 1;
  #still = matchMedia("(prefers-reduced-motion: reduce)");

  constructor(canvas) {
    this.#canvas = canvas;
  }

  /** Start over; `expected` seconds is a guess that growing sound corrects. */
  clear(expected) {
    this.#count = this.#partial = this.#loudest = 0;
    this.#scale = this.#target = Math.max(1, expected);
  }

  add(samples) {
    for (let n = 0; n < samples.length; n++) {
      if (this.#partial === 0) this.#open();
      const height = Math.abs(samples[n]);
      if (height > this.#peaks[this.#count - 1]) this.#peaks[this.#count - 1] = height;
      if (height > this.#loudest) this.#loudest = height;
      this.#partial = (this.#partial + 1) % HOP;
    }
    while (this.seconds > this.#target) this.#target *= 1.3;
  }

  /** No more will come, so the sound fills the width. */
  finish() {
    this.#target = Math.max(this.seconds, 0.1);
  }

  get seconds() {
    return (this.#count * HOP) / RATE;
  }

  /** Whether the scale still moves. */
  get moving() {
    return Math.abs(this.#scale - this.#target) > SETTLED * this.#target;
  }

  /** The second under a point of the width (0 to 1). */
  at(share) {
    return share * this.#target;
  }

  /** What was heard, or is chosen, is coloured: up to `position`, from `from` on. */
  draw(position, from = 0) {
    this.#scale += (this.#target - this.#scale) * (this.moving && !this.#still.matches ? 0.22 : 1);
    const { width, height, context, heard, toCome } = this.#sheet();
    const bars = Math.max(1, Math.floor((width + GAP) / (BAR + GAP)));
    const perBar = (this.#scale * RATE) / HOP / bars;
    const [first, played] = [from, position].map((seconds) => (seconds / this.#scale) * bars);
    let drawn = 0;
    for (let bar = 0; bar < bars; bar++) {
      const peak = this.#highest(bar * perBar, (bar + 1) * perBar);
      if (peak >= 0) drawn++;
      const tall = peak < 0 ? 0 : Math.round((peak / (this.#loudest || 1)) ** 0.8 * (height - BAR));
      context.fillStyle = bar + 0.5 < played && bar + 0.5 >= first ? heard : toCome;
      context.globalAlpha = peak < 0 ? 0.35 : 1;
      this.#bar(context, bar * (BAR + GAP), (height - BAR - tall) / 2, BAR + tall);
    }
    this.#canvas.dataset.bars = drawn;
  }

  #open() {
    if (this.#count === this.#peaks.length) {
      const wider = new Uint16Array(2 * this.#count);
      wider.set(this.#peaks);
      this.#peaks = wider;
    }
    this.#peaks[this.#count++] = 0;
  }

  /** The highest peak in a span of peaks; -1 where nothing came yet. */
  #highest(from, to) {
    const first = Math.floor(from);
    if (first >= this.#count) return -1;
    let highest = 0;
    const last = Math.min(this.#count, Math.max(first + 1, Math.floor(to)));
    for (let n = first; n < last; n++) if (this.#peaks[n] > highest) highest = this.#peaks[n];
    return highest;
  }

  /** The canvas at the size and in the colours it has now. */
  #sheet() {
    const canvas = this.#canvas;
    const ratio = devicePixelRatio || 1;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (canvas.width !== wide || canvas.height !== high) Object.assign(canvas, { width: wide, height: high });
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    const style = getComputedStyle(canvas);
    return { width, height, context, heard: style.color, toCome: style.borderTopColor };
  }

  #bar(context, x, y, tall) {
    context.beginPath();
    if (context.roundRect) context.roundRect(x, y, BAR, tall, BAR / 2);
    else context.rect(x, y, BAR, tall);
    context.fill();
  }
}
