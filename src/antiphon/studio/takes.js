// Keeps the recent takes in this browser, bounded; in memory where the browser keeps nothing.

const MOST = 20;
const MOST_BYTES = 60_000_000;

/** `about` is small and listed; `samples` (an Int16Array) is fetched when wanted. */
export class Takes {
  #base = open().catch(() => null);
  #memory = new Map();
  #serial = Date.now();

  /** The newest first. */
  async list() {
    const base = await this.#base;
    const kept = base ? await done(base.transaction("about").objectStore("about").getAll()) : [];
    const inMemory = [...this.#memory.values()].map(({ about }) => about);
    return [...kept, ...inMemory].sort((one, other) => other.id - one.id);
  }

  async samples(id) {
    if (this.#memory.has(id)) return this.#memory.get(id).samples;
    const base = await this.#base;
    return done(base.transaction("samples").objectStore("samples").get(id));
  }

  /** Whether a take of so many samples is small enough to be kept. */
  fits(count) {
    return count * Int16Array.BYTES_PER_ELEMENT <= MOST_BYTES;
  }

  /** Keeps a take, lets go of the oldest, and returns what is listed. */
  async keep(about, samples) {
    const take = { ...about, id: (this.#serial = Math.max(this.#serial + 1, Date.now())), bytes: samples.byteLength };
    await this.#put(take, samples);
    let bytes = 0;
    const over = (await this.list()).filter((each, n) => (bytes += each.bytes) > MOST_BYTES || n >= MOST);
    for (const { id } of over) await this.remove(id);
    return take;
  }

  async remove(id) {
    this.#memory.delete(id);
    const base = await this.#base;
    if (!base) return;
    const both = base.transaction(["about", "samples"], "readwrite");
    both.objectStore("about").delete(id);
    both.objectStore("samples").delete(id);
    await finished(both);
  }

  async #put(about, samples) {
    const base = await this.#base;
    try {
      const both = base.transaction(["about", "samples"], "readwrite");
      both.objectStore("about").put(about);
      both.objectStore("samples").put(samples, about.id);
      await finished(both);
    } catch {
      this.#memory.set(about.id, { about, samples }); // no storage, or it is full
    }
  }
}

function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open("antiphon", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("about", { keyPath: "id" });
      request.result.createObjectStore("samples");
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function finished(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}
