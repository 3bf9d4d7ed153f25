// Speaks to the public API; nothing else in the studio does.

import { recall } from "./settings.js";

export const RATE = 24000;
const SPEECH = "/v1/audio/speech";
const VOICES = "/v1/audio/voices";
const MOST_VOICES = 1000;

/** The service said no: `code` and `param` are the API's, `message` is its sentence. */
export class Refused extends Error {
  constructor({ message, code, param }) {
    super(message);
    Object.assign(this, { code, param });
  }
}

/** There was no answer, or it broke off. */
export class Lost extends Error {}

/** Every voice; `own` are those that the caller made. */
export async function listVoices() {
  const { voices, uploaded_voices: enrolled } = await (await ask(`${VOICES}?limit=${MOST_VOICES}`)).json();
  const own = new Set(enrolled.filter(({ consent }) => consent).map(({ id }) => id));
  return voices.map((voice) => ({ ...voice, own: own.has(voice.id) }));
}

/** A voice made of a recording; the answer holds what was found in it. */
export async function enrol(form, path = "") {
  return (await ask(VOICES + path, { method: "POST", body: form })).json();
}

export function addMood(id, form) {
  return enrol(form, `/${id}/recordings`);
}

/** A voice from a file that was exported. */
export function bring(file) {
  const form = new FormData();
  form.append("file", file);
  return enrol(form, "/import");
}

export function share(id, shared) {
  return post({ shared }, null, `${VOICES}/${id}`);
}

export function remove(id) {
  return ask(`${VOICES}/${id}`, { method: "DELETE" });
}

export async function exported(id) {
  return (await ask(`${VOICES}/${id}/export`)).blob();
}

/** The formats this service writes, and a sentence that listeners should know, or none. */
export async function describe() {
  const { formats, notice = "" } = (await (await ask("/v1/models")).json()).data[0];
  return { formats, notice };
}

/** The same speech as a file of another format. */
export async function makeFile(asked, format, signal) {
  const response = await post({ ...body(asked), response_format: format }, signal);
  return response.blob().catch((error) => {
    throw signal?.aborted ? error : new Lost();
  });
}

/** Yields `{samples, words, likeness}` while the speech is made; returns why it ended. */
export async function* speak(asked, signal) {
  const response = await post({
    ...body(asked),
    response_format: "pcm",
    sample_rate: RATE,
    stream_format: "sse",
    word_timestamps: true,
  }, signal);
  const join = joiner();
  const likeness = response.headers.get("x-voice-likeness");
  for await (const event of events(response, signal)) {
    if (event.type === "speech.audio.delta") yield { samples: join(event.audio), words: event.words ?? [], likeness };
    else if (event.type === "speech.audio.error") throw new Refused(event.error);
    else if (event.type === "speech.audio.done") return event.finish_reason;
  }
  throw new Lost();
}

/** Whether the service could say a word so; throws `Refused` with the reason where not. */
export function check(rule) {
  return post({ input: rule.word, pronunciations: [rule] }, null, "/v1/audio/pronunciation-dictionaries/explain");
}

function body({ text, voice, speed, pitch, language, emotion, strength, pronunciations }) {
  return {
    input: text,
    ...(voice && { voice }),
    ...(speed !== 1 && { speed }),
    ...(pitch && { pitch }),
    ...(language && { language }),
    ...(emotion && { emotion, emotion_strength: strength }),
    ...(pronunciations?.length && { pronunciations }),
  };
}

function post(message, signal, path = SPEECH) {
  const headers = { "Content-Type": "application/json" };
  return ask(path, { method: "POST", headers, body: JSON.stringify(message), signal });
}

async function ask(path, options = {}) {
  const { key } = recall();
  const headers = { ...options.headers, ...(key && { Authorization: `Bearer ${key}` }) };
  const response = await fetch(path, { ...options, headers }).catch((error) => {
    throw options.signal?.aborted ? error : new Lost();
  });
  if (response.ok) return response;
  const told = await response.json().catch(() => null);
  throw new Refused(told?.error ?? { message: `HTTP ${response.status}`, code: "http_error" });
}

async function* events(response, signal) {
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error) => {
        throw signal?.aborted ? error : new Lost();
      });
      if (done) return;
      const parts = (rest + decoder.decode(value, { stream: true })).split("\n\n");
      rest = parts.pop();
      for (const part of parts) {
        const data = part.split("\n").find((line) => line.startsWith("data:"));
        if (data && !data.includes("[DONE]")) yield JSON.parse(data.slice(5));
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

/** Base64 slices to whole samples; a sample cut in two waits for its other half. */
function joiner() {
  let half = "";
  return (base64) => {
    const bytes = half + atob(base64);
    const count = bytes.length >> 1;
    half = bytes.slice(2 * count);
    const samples = new Int16Array(count);
    for (let n = 0; n < count; n++) {
      samples[n] = bytes.charCodeAt(2 * n) | (bytes.charCodeAt(2 * n + 1) << 8);
    }
    return samples;
  };
}
