// The studio: picks a voice, speaks a text, and plays it while it streams.
"use strict";

const RATE = 24000;
const LEAD_S = 0.08; // a little air before the first sample, so that the second piece is in time
const SUGGESTED_RETRY_MS = 1500;

const byId = (id) => document.getElementById(id);
const [form, text, voice, speed, pace] = ["form", "text", "voice", "speed", "pace"].map(byId);
const [speak, stop, download, status, error] = ["speak", "stop", "download", "status", "error"].map(byId);

let current = null;

class Player {
  constructor() {
    this.context = new AudioContext({ sampleRate: RATE });
    this.at = 0;
    this.rest = new Uint8Array(0);
    this.pieces = [];
  }

  take(bytes) {
    const joined = new Uint8Array(this.rest.length + bytes.length);
    joined.set(this.rest);
    joined.set(bytes, this.rest.length);
    const whole = joined.length - (joined.length % 2);
    this.rest = joined.slice(whole);
    if (whole) this.schedule(joined.slice(0, whole));
  }

  schedule(bytes) {
    this.pieces.push(bytes);
    const view = new DataView(bytes.buffer);
    const buffer = this.context.createBuffer(1, bytes.length / 2, RATE);
    const samples = buffer.getChannelData(0);
    for (let n = 0; n < samples.length; n++) samples[n] = view.getInt16(2 * n, true) / 32768;
    const source = new AudioBufferSourceNode(this.context, { buffer });
    source.connect(this.context.destination);
    this.at = Math.max(this.at, this.context.currentTime + LEAD_S);
    source.start(this.at);
    this.at += buffer.duration;
    this.last = source;
  }

  played() {
    if (!this.last || this.context.state === "closed") return Promise.resolve();
    return new Promise((resolve) => {
      this.last.addEventListener("ended", resolve);
      this.context.addEventListener("statechange", resolve);
    });
  }

  close() {
    return this.context.state === "closed" ? null : this.context.close();
  }
}

function wav(pieces) {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const view = new DataView(new ArrayBuffer(44));
  const word = (at, letters) => [...letters].forEach((c, n) => view.setUint8(at + n, c.charCodeAt(0)));
  word(0, "RIFF"); view.setUint32(4, 36 + length, true); word(8, "WAVEfmt ");
  view.setUint32(16, 16, true); view.setUint16(20, 1, true); view.setUint16(22, 1, true);
  view.setUint32(24, RATE, true); view.setUint32(28, 2 * RATE, true);
  view.setUint16(32, 2, true); view.setUint16(34, 16, true);
  word(36, "data"); view.setUint32(40, length, true);
  return new Blob([view, ...pieces], { type: "audio/wav" });
}

function show(message, wrong) {
  status.textContent = wrong ? "" : message;
  error.textContent = wrong ? message : "";
  error.hidden = !wrong;
}

async function reason(response) {
  try {
    return (await response.json()).error.message;
  } catch {
    return `the server answered with status ${response.status}`;
  }
}

async function stream(player, signal) {
  const response = await fetch("/v1/audio/speech", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({
      model: "antiphon", input: text.value, response_format: "pcm", sample_rate: RATE,
      speed: Number(speed.value), ...(voice.value && { voice: voice.value }),
    }),
    signal,
  });
  if (!response.ok) throw new Error(await reason(response));
  show("Speaking…");
  const reader = response.body.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) player.take(next.value);
}

function offer(pieces) {
  if (download.href) URL.revokeObjectURL(download.href);
  download.hidden = !pieces.length;
  if (pieces.length) download.href = URL.createObjectURL(wav(pieces));
}

async function run() {
  const player = new Player();
  const mine = (current = { player, leaving: new AbortController() });
  busy(true);
  offer([]);
  show("Asking…");
  try {
    await stream(player, mine.leaving.signal);
    offer(player.pieces);
    await player.played();
    show("Done.");
  } catch (problem) {
    if (mine.leaving.signal.aborted) show("Stopped.");
    else show(`That did not work: ${problem.message}`, true);
    offer(player.pieces);
  } finally {
    await player.close();
    if (current === mine) {
      current = null;
      busy(false);
    }
  }
}

function busy(yes) {
  speak.disabled = yes;
  stop.disabled = !yes;
}

async function listVoices() {
  const response = await fetch("/v1/audio/voices").catch(() => null);
  if (!response || !response.ok) {
    show(response ? `Not ready yet: ${await reason(response)}` : "The server does not answer.", true);
    setTimeout(listVoices, SUGGESTED_RETRY_MS);
    return;
  }
  const { voices } = await response.json();
  voice.replaceChildren(...voices.map(({ id, name, description }) =>
    new Option(description ? `${name}: ${description}` : name, id)));
  show("");
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!current) run();
});
stop.addEventListener("click", () => {
  if (!current) return;
  current.leaving.abort();
  current.player.close();
});
speed.addEventListener("input", () => { pace.value = `${Number(speed.value)}×`; });
text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});
listVoices();
