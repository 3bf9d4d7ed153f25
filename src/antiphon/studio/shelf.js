// The list of recent takes: play, use again, download, remove.

import { region, t } from "./i18n.js";
import { clock, Plain } from "./text.js";

const TITLE = 80; // characters
const LIKE = ["matched", "cloned"]; // what a voice may be that is not the engine's own

const byId = (id) => document.getElementById(id);

export class Shelf {
  #takes;
  #deeds;
  #section = byId("shelf");
  #list = byId("shelf").querySelector("ul");
  #clear = byId("clear");
  #shown = [];
  #sure = false;

  /** `deeds` are `play(about)`, `again(about)`, `save(about)`, `gone(id)` and `nameOf(voice)`. */
  constructor(takes, deeds) {
    this.#takes = takes;
    this.#deeds = deeds;
    this.#clear.addEventListener("click", () => this.#clearAll());
    this.#clear.addEventListener("blur", () => this.#ask(false));
  }

  async show() {
    this.#shown = await this.#takes.list();
    this.#section.hidden = !this.#shown.length;
    this.#list.replaceChildren(...this.#shown.map((about) => this.#item(about)));
    this.#ask(false);
  }

  #item(about) {
    const item = byId("take").content.cloneNode(true).firstElementChild;
    const { asked, seconds, complete, likeness, id } = about;
    const said = new Plain(asked.text.slice(0, 4 * TITLE)).text.trim().replace(/\s+/g, " ");
    const title = [...said].slice(0, TITLE).join("");
    const facts = [this.#deeds.nameOf(asked.voice), LIKE.includes(likeness) && t(likeness), clock(seconds), when(id), !complete && t("partial")];
    item.querySelector(".said").textContent = title;
    item.querySelector(".facts").textContent = facts.filter(Boolean).join(" · ");
    const short = [...title].slice(0, 30).join("");
    for (const [name, deed] of Object.entries({
      play: () => this.#deeds.play(about),
      again: () => this.#deeds.again(about),
      save: () => this.#deeds.save(about),
      remove: () => this.#remove(id),
    })) {
      const button = item.querySelector(`.${name}`);
      button.setAttribute("aria-label", t(`${name}Take`, { text: short }));
      button.title = t(`${name}Take`).replace(/[:：]\s*$/, "");
      button.addEventListener("click", deed);
    }
    return item;
  }

  async #remove(id) {
    const index = this.#shown.findIndex((about) => about.id === id);
    await this.#takes.remove(id);
    this.#deeds.gone(id);
    await this.show();
    const next = this.#list.children[Math.min(index, this.#shown.length - 1)];
    (next?.querySelector(".remove") ?? byId("text")).focus();
  }

  async #clearAll() {
    if (!this.#sure) return this.#ask(true);
    for (const { id } of this.#shown) {
      await this.#takes.remove(id);
      this.#deeds.gone(id);
    }
    await this.show();
    return byId("text").focus();
  }

  #ask(sure) {
    this.#sure = sure;
    this.#clear.textContent = sure ? t("clearSure", { n: this.#shown.length }) : t("clear");
  }
}

function when(time) {
  const today = new Date(time).toDateString() === new Date().toDateString();
  const style = today ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" };
  return new Intl.DateTimeFormat(region(), style).format(time);
}
