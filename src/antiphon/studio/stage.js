// The player as one sees it: one take at a time, its waveform, its words and its place in time.

import { duration, t } from "./i18n.js";
import { Player } from "./player.js";
import { Slider } from "./slider.js";
import { clock, guessSeconds } from "./text.js";
import { Waveform } from "./waveform.js";
import { Words } from "./words.js";

const PATIENCE_MS = 400; // before saying that the browser keeps the sound off

const byId = (id) => document.getElementById(id);

export class Stage {
  take = null;
  player = new Player(() => this.#turned());
  #section = byId("player");
  #button = byId("toggle");
  #wave = new Waveform(byId("seek").querySelector("canvas"));
  #words = new Words(byId("words"), (seconds) => this.#seek(seconds));
  #slider = new Slider(byId("seek"), {
    state: () => this.player,
    at: (share) => this.#wave.at(share),
    seek: (seconds) => this.#seek(seconds),
    describe: () => this.#where(),
  });
  #still = matchMedia("(prefers-reduced-motion: reduce)");
  #frame = 0;
  #blockedSince = 0;
  #changed;

  /** `changed(state)` is called when playing begins, halts or ends. */
  constructor(changed) {
    this.#changed = changed;
    this.#button.addEventListener("click", () => this.toggle());
    this.#section.addEventListener("keydown", (event) => {
      if (event.key !== " " || event.target.closest("button, select, input")) return;
      event.preventDefault();
      this.toggle();
    });
    new ResizeObserver(() => this.refresh()).observe(byId("seek"));
    document.addEventListener("visibilitychange", () => this.refresh());
  }

  /** Show a take, and play it: `{asked, words, sound, complete}`; it may still be growing. */
  open(take) {
    this.take = take;
    this.#section.hidden = false;
    byId("words").lang = take.asked.language || "";
    const { likeness } = take;
    byId("likeness").textContent = likeness && likeness !== "own" ? t(`${likeness}Voice`) : "";
    if (!take.asked.language) byId("words").removeAttribute("lang");
    this.#words.show(take.asked.text);
    this.#words.add(take.words);
    this.#wave.clear(guessSeconds(take.asked.text, take.asked.speed));
    this.#wave.add(take.sound.whole());
    if (take.complete) this.#wave.finish();
    this.player.load(take.sound, take.complete);
    this.player.play();
    const behavior = this.#still.matches ? "instant" : "smooth";
    this.#section.scrollIntoView({ block: "nearest", behavior });
  }

  /** More of the take that is shown. */
  grow({ samples, words }) {
    this.#wave.add(samples);
    this.#words.add(words);
    this.player.fed();
    this.refresh();
  }

  /** The take will not grow any more. */
  finish() {
    this.#wave.finish();
    this.player.complete = true;
    this.player.fed();
    this.refresh();
  }

  close() {
    this.player.pause();
    this.take = null;
    this.#section.hidden = true;
  }

  toggle() {
    if (!this.take) return;
    if (this.player.blocked) this.player.prepare();
    else if (this.player.state === "playing") this.player.pause();
    else this.player.play();
  }

  /** Draw again soon: once, or for as long as something moves. */
  refresh() {
    this.#frame ||= requestAnimationFrame(() => this.#draw());
  }

  #seek(seconds) {
    this.player.seek(seconds);
    this.refresh();
  }

  #turned() {
    this.refresh();
    this.#slider.tell(false);
    this.#changed(this.player.state);
  }

  #draw() {
    this.#frame = 0;
    if (!this.take) return;
    const { position, seconds, state, complete } = this.player;
    const playing = state === "playing";
    this.#wave.draw(position);
    this.#words.light(position, state === "ended");
    this.#slider.tell(playing);
    byId("elapsed").textContent = clock(position);
    byId("total").textContent = clock(seconds);
    byId("making").textContent = this.#hindered() ? t("blocked") : complete ? "" : t("making");
    const name = t(playing ? "pause" : "play");
    if (this.#button.title !== name) this.#button.title = name;
    this.#button.setAttribute("aria-label", name);
    this.#section.dataset.state = state;
    if (playing || this.#wave.moving) this.refresh();
  }

  #hindered() {
    if (!this.player.blocked) this.#blockedSince = 0;
    else this.#blockedSince ||= performance.now();
    return this.#blockedSince && performance.now() - this.#blockedSince > PATIENCE_MS;
  }

  #where() {
    const { position, seconds } = this.player;
    const word = this.#words.heard(position);
    return t(word ? "whereWord" : "where", { at: duration(position), of: duration(seconds), word });
  }
}
