// What the studio knows about text: code points, the pronunciation markup, and how long it takes.

const MARKUP = /\[\[(?:([^[\]|]{1,100})\|([^[\]|]{1,100})|style[:：][^[\]|]{0,100})\]\]/g;
const IDEOGRAPH = /[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]|[\ud840-\ud87f][\udc00-\udfff]/g;
const S_PER_IDEOGRAPH = 0.23;
const S_PER_LETTER = 0.066;

/** Turns offsets in code points, which the API counts, into offsets of this string. */
export class Offsets {
  #text;
  #point = 0;
  #unit = 0;

  constructor(text) {
    this.#text = text;
  }

  /** Fast for offsets that grow, which those of words do. */
  unit(point) {
    if (point < this.#point) this.#point = this.#unit = 0;
    while (this.#point < point && this.#unit < this.#text.length) {
      this.#unit += this.#text.codePointAt(this.#unit) > 0xffff ? 2 : 1;
      this.#point++;
    }
    return this.#unit;
  }
}

/** The text as people read it: `[[word|sound]]` is the word, `[[style:sad]]` nothing; `to` maps offsets into it. */
export class Plain {
  #cuts = []; // [offset in the source, characters left out before it]

  constructor(source) {
    let out = 0;
    this.text = source.replace(MARKUP, (whole, word, sound, at) => {
      if (word === undefined) {
        this.#cuts.push([at + whole.length, (out += whole.length)]);
        return "";
      }
      this.#cuts.push([at + 2, (out += 2)]);
      this.#cuts.push([at + whole.length, (out += sound.length + 3)]);
      return word;
    });
  }

  to(offset) {
    let low = 0;
    let high = this.#cuts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#cuts[middle][0] <= offset) low = middle + 1;
      else high = middle;
    }
    const shifted = offset - (low ? this.#cuts[low - 1][1] : 0);
    const next = this.#cuts[low];
    // Inside what was left out: stay where it was left out.
    return next ? Math.min(shifted, next[0] - next[1]) : shifted;
  }
}

/** Roughly how many seconds a text takes, to scale a waveform before its sound is known. */
export function guessSeconds(text, speed) {
  const ideographs = text.match(IDEOGRAPH)?.length ?? 0;
  return (ideographs * S_PER_IDEOGRAPH + (text.length - ideographs) * S_PER_LETTER) / speed;
}

/** How many characters, as the API counts them. */
export function countPoints(text) {
  return text.length - (text.match(/[\ud800-\udbff][\udc00-\udfff]/g)?.length ?? 0);
}

export function clock(seconds) {
  const whole = Math.floor(seconds);
  const parts = [Math.floor(whole / 60) % 60, whole % 60].map((part) => String(part).padStart(2, "0"));
  const hours = Math.floor(whole / 3600);
  return hours ? `${hours}:${parts.join(":")}` : `${Number(parts[0])}:${parts[1]}`;
}
