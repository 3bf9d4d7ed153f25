// Shows the text as it is spoken, with the word that is heard lit; a word pressed is sought.
// The text is plain paragraphs; only the one being heard is cut up, so that length costs nothing.

import { Offsets, Plain } from "./text.js";

const LONG = 1200; // characters; a longer paragraph is cut at a sentence

export class Words {
  #root;
  #blocks = []; // {start, end, element}
  #words = []; // {start, end, at}, in the plain text
  #offsets = null;
  #plain = null;
  #block = -1;
  #word = -1;
  #still = matchMedia("(prefers-reduced-motion: reduce)");

  constructor(root, seek) {
    this.#root = root;
    root.addEventListener("click", (event) => {
      const word = this.#pressed(event);
      if (word) seek(word.at);
    });
  }

  show(text) {
    this.#offsets = new Offsets(text);
    this.#plain = new Plain(text);
    this.#words = [];
    this.#block = this.#word = -1;
    this.#blocks = [...paragraphs(this.#plain.text)];
    for (const block of this.#blocks) {
      block.element = document.createElement("p");
      block.element.dir = "auto";
      block.element.textContent = this.#plain.text.slice(block.start, block.end);
    }
    this.#root.replaceChildren(...this.#blocks.map(({ element }) => element));
    this.#root.scrollTop = 0;
  }

  /** Words as the API marks them. */
  add(words) {
    for (const { start, end, at } of words) {
      const [from, to] = [start, end].map((point) => this.#plain.to(this.#offsets.unit(point)));
      if (to > from) this.#words.push({ start: from, end: to, at });
    }
  }

  /** The word that is heard at this second; "" before the first. */
  heard(seconds) {
    const word = this.#words[this.#last(seconds, "at", this.#words)];
    return word ? this.#plain.text.slice(word.start, word.end) : "";
  }

  light(seconds, ended) {
    if (!this.#words.length) return;
    const index = ended ? this.#words.length : this.#last(seconds, "at", this.#words);
    if (index === this.#word) return;
    this.#word = index;
    const word = this.#words[index];
    const block = ended ? this.#blocks.length : word ? this.#last(word.start, "start", this.#blocks) : -1;
    this.#move(block);
    if (word && block >= 0) this.#cut(this.#blocks[block], word);
  }

  /** The last entry whose `key` is not after `value`. */
  #last(value, key, entries) {
    let low = -1;
    let high = entries.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (entries[middle][key] <= value) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #move(index) {
    if (index === this.#block) return;
    const old = this.#blocks[this.#block];
    if (old) old.element.textContent = this.#plain.text.slice(old.start, old.end);
    this.#blocks.forEach(({ element }, n) => {
      element.classList.toggle("heard", n < index);
    });
    this.#block = index;
  }

  #cut({ start, end, element }, word) {
    const text = this.#plain.text;
    const before = document.createElement("span");
    before.className = "heard";
    before.textContent = text.slice(start, word.start);
    const mark = document.createElement("mark");
    mark.textContent = text.slice(word.start, Math.min(word.end, end));
    element.replaceChildren(before, mark, text.slice(Math.min(word.end, end), end));
    this.#follow(mark);
  }

  #follow(mark) {
    const [page, box] = [this.#root.getBoundingClientRect(), mark.getBoundingClientRect()];
    if (box.top >= page.top && box.bottom <= page.bottom) return;
    const behavior = this.#still.matches ? "instant" : "smooth";
    this.#root.scrollBy({ top: box.top - page.top - page.height / 3, behavior });
  }

  #pressed(event) {
    if (!getSelection().isCollapsed) return null; // text is being selected, not pressed
    const [node, offset] = caret(event);
    const block = this.#blocks.find(({ element }) => element.contains(node));
    if (!block) return null;
    const range = new Range();
    range.setStart(block.element, 0);
    range.setEnd(node, offset);
    const at = block.start + range.toString().length;
    return this.#words[this.#last(at, "start", this.#words)] ?? this.#words[0];
  }
}

function caret({ clientX, clientY }) {
  const at = document.caretPositionFromPoint?.(clientX, clientY);
  if (at) return [at.offsetNode, at.offset];
  const range = document.caretRangeFromPoint?.(clientX, clientY);
  return range ? [range.startContainer, range.startOffset] : [null, 0];
}

function* paragraphs(text) {
  for (const { index, 0: line } of text.matchAll(/[^\n]*\S[^\n]*/g)) {
    let start = 0;
    while (line.length - start > LONG) {
      const part = line.slice(start, start + LONG);
      const end = part.match(/^.*(?:[。！？；…]|[.!?;]\s)/s)?.[0].length ?? part.lastIndexOf(" ") + 1;
      yield { start: index + start, end: index + (start += end || LONG) };
    }
    yield { start: index + start, end: index + line.length };
  }
}
