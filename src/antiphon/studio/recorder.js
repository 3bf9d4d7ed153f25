// Listens to the microphone: how loud it is, how much of it was speech, and for a minute at most.

export const LONGEST_S = 60;
const TICK_MS = 100;
const FAINTEST = 0.004; // of full scale: below it nobody speaks
const ABOVE_NOISE = 3;
const NOISE_RISES = 1.02; // a tick, so that a noise that begins later is learnt
const QUIETEST_DB = 60;
// What a browser does to a voice for a call would be learnt as part of the voice.
const WANTED = { channelCount: 1, echoCancellation: false, noiseSuppression: false, autoGainControl: false };

/** Asks for the microphone; throws a `DOMException` whose name says why there is none. */
export async function listen(told) {
  if (!navigator.mediaDevices || !window.MediaRecorder) throw new DOMException("", "SecurityError");
  return new Recorder(await navigator.mediaDevices.getUserMedia({ audio: WANTED }), told);
}

class Recorder {
  #stream;
  #told;
  #recorder;
  #context = new AudioContext();
  #analyser;
  #began = performance.now();
  #timer;
  #noise = 1;
  #speech = 0;
  #last = 0;

  /** `told({seconds, speech, level})` is called while it listens; `whole` is the recording in the end. */
  constructor(stream, told) {
    this.#stream = stream;
    this.#told = told;
    this.#context.resume();
    this.#analyser = new AnalyserNode(this.#context);
    this.#context.createMediaStreamSource(stream).connect(this.#analyser);
    this.#recorder = new MediaRecorder(stream, { audioBitsPerSecond: 128_000 });
    this.whole = this.#gathered();
    this.#recorder.start();
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  stop() {
    if (this.#recorder.state !== "inactive") this.#recorder.stop();
  }

  #gathered() {
    const parts = [];
    this.#recorder.addEventListener("dataavailable", ({ data }) => parts.push(data));
    return new Promise((resolve) => {
      this.#recorder.addEventListener("stop", () => {
        clearInterval(this.#timer);
        for (const track of this.#stream.getTracks()) track.stop();
        this.#context.close();
        resolve(new Blob(parts, { type: this.#recorder.mimeType }));
      });
    });
  }

  #tick() {
    const wave = new Float32Array(this.#analyser.fftSize);
    this.#analyser.getFloatTimeDomainData(wave);
    const loudness = Math.sqrt(wave.reduce((sum, each) => sum + each * each, 0) / wave.length);
    const seconds = (performance.now() - this.#began) / 1000;
    this.#noise = Math.min(Math.max(loudness, 1e-5), this.#noise * NOISE_RISES);
    if (loudness > Math.max(FAINTEST, ABOVE_NOISE * this.#noise)) this.#speech += seconds - this.#last;
    this.#last = seconds;
    const level = Math.max(0, 1 + (20 * Math.log10(loudness || 1e-9)) / QUIETEST_DB);
    this.#told({ seconds, speech: this.#speech, level });
    if (seconds >= LONGEST_S) this.stop();
  }
}
