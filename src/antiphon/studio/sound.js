// The samples of one take, as they came, and the WAV file made of them.

import { RATE } from "./api.js";

export class Sound {
  #pieces = [];
  #starts = [];
  length = 0;

  /** Made whole from samples that were kept. */
  static of(samples) {
    const sound = new Sound();
    sound.add(samples);
    return sound;
  }

  get seconds() {
    return this.length / RATE;
  }

  add(samples) {
    if (!samples.length) return;
    this.#pieces.push(samples);
    this.#starts.push(this.length);
    this.length += samples.length;
  }

  /** Up to `count` samples from `from` on, between -1 and 1. */
  read(from, count) {
    const wave = new Float32Array(Math.max(0, Math.min(count, this.length - from)));
    let index = this.#find(from);
    for (let done = 0; done < wave.length; index++) {
      const piece = this.#pieces[index];
      let at = from + done - this.#starts[index];
      while (at < piece.length && done < wave.length) wave[done++] = piece[at++] / 32768;
    }
    return wave;
  }

  /** Every sample in one array. */
  whole() {
    const all = new Int16Array(this.length);
    this.#pieces.forEach((piece, index) => all.set(piece, this.#starts[index]));
    return all;
  }

  wav() {
    return new Blob([header(2 * this.length), ...this.#pieces], { type: "audio/wav" });
  }

  #find(sample) {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#starts[middle] <= sample) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

function header(bytes) {
  const view = new DataView(new ArrayBuffer(44));
  const word = (at, letters) => [...letters].forEach((letter, n) => view.setUint8(at + n, letter.charCodeAt(0)));
  word(0, "RIFF");
  view.setUint32(4, 36 + bytes, true);
  word(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true); // PCM
  view.setUint16(22, 1, true); // mono
  view.setUint32(24, RATE, true);
  view.setUint32(28, 2 * RATE, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  word(36, "data");
  view.setUint32(40, bytes, true);
  return view;
}
