// Says a sample sentence in a voice, from its first sound on, without leaving the panel.

import * as api from "./api.js";
import { t } from "./i18n.js";
import { Player } from "./player.js";
import { Sound } from "./sound.js";

export class Hearing {
  #leaving = null;
  #changed;
  #player = new Player(() => this.#changed());
  voice = null; // the id of the one that was asked last
  likeness = null;

  /** `changed()` is called when it begins, halts or ends. */
  constructor(changed) {
    this.#changed = changed;
  }

  get speaking() {
    return this.#player.state === "playing" ? this.voice : null;
  }

  /** Call while handling a gesture, or the browser keeps the sound off. */
  prepare() {
    this.#player.prepare();
  }

  /** Says it; raises what the API says where it cannot. */
  async say(voice) {
    this.stop();
    const { signal } = (this.#leaving = new AbortController());
    const sound = new Sound();
    this.voice = voice;
    this.#player.load(sound, false);
    this.#player.play();
    try {
      for await (const part of api.speak({ text: t("sampleLine"), voice, speed: 1 }, signal)) {
        sound.add(part.samples);
        this.#player.fed();
        if (this.likeness !== part.likeness) this.#learn(part.likeness);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
      return;
    } finally {
      if (this.#leaving?.signal === signal) this.#end();
    }
  }

  stop() {
    this.#leaving?.abort();
    this.#player.pause();
  }

  #learn(likeness) {
    this.likeness = likeness;
    this.#changed();
  }

  #end() {
    this.#player.complete = true;
    this.#player.fed();
  }
}
