// The list of one's own voices: hear, lend, give a mood, take away as a file, remove.

import { t } from "./i18n.js";

const byId = (id) => document.getElementById(id);
const DEEDS = ["listen", "share", "mood", "export", "remove"];

export class Own {
  #list = byId("mine");
  #deeds;
  #voices = [];
  #sure = null; // the button that was pressed once

  /** `deeds` are functions of a voice, named as the buttons are. */
  constructor(deeds) {
    this.#deeds = deeds;
  }

  show(voices) {
    this.#voices = voices.filter(({ own }) => own).reverse(); // the newest first
    this.#list.hidden = !this.#voices.length;
    this.#list.replaceChildren(...this.#voices.map((voice) => this.#item(voice)));
  }

  /** Which of them is heard now. */
  mark(speaking) {
    this.#voices.forEach(({ id, name }, n) => {
      const item = this.#list.children[n];
      item.dataset.state = id === speaking ? "playing" : "paused";
      this.#name(item.querySelector(".listen"), id === speaking ? "stop" : "listenVoice", name);
    });
  }

  /** The button of that deed beside that voice, or the next thing to do. */
  focus(deed, index) {
    const item = this.#list.children[Math.min(index, this.#voices.length - 1)];
    (item?.querySelector(`.${deed}`) ?? byId("record")).focus();
  }

  indexOf(voice) {
    return this.#voices.findIndex(({ id }) => id === voice.id);
  }

  #item(voice) {
    const item = byId("own-voice").content.cloneNode(true).firstElementChild;
    const { name, moods, shared } = voice;
    const facts = [t(shared ? "shared" : "private"), ...moods.map((mood) => t(mood))];
    item.querySelector(".said").textContent = name;
    item.querySelector(".facts").textContent = facts.join(" · ");
    for (const deed of DEEDS) {
      const button = item.querySelector(`.${deed}`);
      this.#name(button, `${deed}Voice`, name);
      button.addEventListener("click", () => (deed === "remove" ? this.#remove(voice, button) : this.#deeds[deed](voice)));
    }
    item.querySelector(".share").setAttribute("aria-pressed", String(shared));
    return item;
  }

  #name(button, deed, name) {
    if (!button.firstElementChild) button.textContent = t(deed);
    button.setAttribute("aria-label", t("deedOf", { deed: t(deed), name }));
  }

  #remove(voice, button) {
    if (this.#sure === button) return this.#deeds.remove(voice);
    this.#sure = button;
    this.#name(button, "removeSure", voice.name);
    const unsure = () => {
      this.#sure = null;
      this.#name(button, "removeVoice", voice.name);
    };
    return button.addEventListener("blur", unsure, { once: true });
  }
}
