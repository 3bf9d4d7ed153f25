// Makes the waveform a slider: arrows, Home, End, page keys and the pointer move the listener.

/** `state()` gives `{position, seconds}`, `describe()` a sentence, `at(share)` a second; `seek` acts. */
export class Slider {
  #element;
  #deeds;
  #told = "";

  constructor(element, deeds) {
    this.#element = element;
    this.#deeds = deeds;
    element.addEventListener("keydown", (event) => this.#key(event));
    element.addEventListener("pointerdown", (event) => this.#grab(event));
  }

  /** Tell assistive technology where it stands; while focused, only when asked or standing. */
  tell(running, asked = false) {
    if (running && !asked && document.activeElement === this.#element) return;
    const { position, seconds } = this.#deeds.state();
    const text = this.#deeds.describe();
    if (text === this.#told) return;
    this.#told = text;
    this.#element.setAttribute("aria-valuemax", seconds.toFixed(1));
    this.#element.setAttribute("aria-valuenow", position.toFixed(1));
    this.#element.setAttribute("aria-valuetext", text);
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { position, seconds } = this.#deeds.state();
    const step = seconds > 30 ? 5 : 1;
    const goal = {
      ArrowRight: position + step,
      ArrowUp: position + step,
      ArrowLeft: position - step,
      ArrowDown: position - step,
      PageUp: position + seconds / 10,
      PageDown: position - seconds / 10,
      Home: 0,
      End: seconds,
    }[event.key];
    if (goal === undefined) return;
    event.preventDefault();
    this.#go(goal);
  }

  #grab(event) {
    if (event.button) return;
    this.#element.setPointerCapture(event.pointerId);
    const follow = (moved) => {
      const box = this.#element.getBoundingClientRect();
      this.#go(this.#deeds.at((moved.clientX - box.left) / box.width));
    };
    const release = () => this.#element.removeEventListener("pointermove", follow);
    this.#element.addEventListener("pointermove", follow);
    this.#element.addEventListener("lostpointercapture", release, { once: true });
    follow(event);
  }

  #go(seconds) {
    this.#deeds.seek(Math.min(Math.max(0, seconds), this.#deeds.state().seconds));
    this.tell(true, true);
  }
}
