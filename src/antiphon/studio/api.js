// Speaks to the public API; nothing else in the studio does.

export const RATE = 24000;
const SPEECH = "/v1/audio/speech";

/** The service said no: `code` and `param` are the API's, `message` is its sentence. */
export class Refused extends Error {
  constructor({ message, code, param }) {
    super(message);
    Object.assign(this, { code, param });
  }
}

/** There was no answer, or it broke off. */
export class Lost extends Error {}

export async function listVoices() {
  return (await (await ask("/v1/audio/voices")).json()).voices;
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

/** Yields `{samples, words}` while the speech is made; returns why it ended. */
export async function* speak(asked, signal) {
  const response = await post({
    ...body(asked),
    response_format: "pcm",
    sample_rate: RATE,
    stream_format: "sse",
    word_timestamps: true,
  }, signal);
  const join = joiner();
  for await (const event of events(response, signal)) {
    if (event.type === "speech.audio.delta") yield { samples: join(event.audio), words: event.words ?? [] };
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
  const response = await fetch(path, options).catch((error) => {
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
