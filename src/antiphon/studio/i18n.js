// Every sentence of the studio, in English and Chinese.

import { remember } from "./settings.js";

const en = {
  text: "Text",
  try: "Try",
  placeholder: "Type or paste what should be said.",
  characters: "{n} characters",
  character: "{n} character",
  both: "Both at once",
  voice: "Voice",
  language: "Language",
  automatic: "Automatic",
  pace: "Pace",
  paceValue: "{n}×",
  pitch: "Pitch",
  pitchValue: "{n}",
  pitchSpoken: "{n} semitones",
  mood: "Mood",
  ownMood: "The voice’s own",
  strength: "Strength",
  strengthValue: "{n} %",
  neutral: "Neutral",
  happy: "Happy",
  sad: "Sad",
  angry: "Angry",
  calm: "Calm",
  excited: "Excited",
  fearful: "Fearful",
  surprised: "Surprised",
  disgusted: "Disgusted",
  tender: "Tender",
  serious: "Serious",
  bored: "Bored",
  whisper: "Whisper",
  pronounce: "Pronunciation",
  pronounceHow: "Select a word in the text, write how it should sound, and insert it: [[GIF|jif]], [[重|chong2]]庆.",
  word: "Word",
  sound: "Sounds like",
  insert: "Insert",
  hearBefore: "Hear it before",
  hearAfter: "Hear it after",
  keepWord: "Always say it so",
  ownWords: "Words that are always said so",
  forgetWord: "No longer: {word}",
  tooManyWords: "{n} words are the most; remove one.",
  speak: "Speak",
  stop: "Stop",
  keys: "Ctrl + Enter",
  asking: "Asking…",
  player: "Player",
  play: "Play",
  pause: "Pause",
  seek: "Position",
  where: "{at} of {of}",
  whereWord: "{at} of {of}: {word}",
  making: "being made…",
  blocked: "The browser keeps the sound off. Press play.",
  words: "The text as it is spoken",
  format: "Format",
  download: "Download",
  preparing: "Preparing {format}…",
  recent: "Recent",
  recentWhere: "Kept in this browser only.",
  clear: "Remove all",
  clearSure: "Remove all {n}?",
  playTake: "Play: {text}",
  againTake: "Use again: {text}",
  saveTake: "Download WAV: {text}",
  removeTake: "Remove: {text}",
  partial: "cut short",
  api: "The same from anywhere:",
  dark: "Dark",
  starting: "The service is starting…",
  done: "Finished, {n}.",
  limited: "The voice reached its limit before the end of the text.",
  stopped: "Stopped.",
  tooLarge: "Too long to be kept under Recent; download it now.",
  lost: "The connection was lost. What was heard is kept.",
  unreachable: "The service does not answer. Is it running?",
  empty: "Write something first, or take one of the samples.",
  noSelection: "Select a word in the text first.",
  noWord: "Write the word first, or select it in the text.",
  noSound: "Write how it should sound, without brackets or bars.",
  voices: "Your voices",
  matched: "matched",
  cloned: "cloned",
  matchedVoice: "Matched to the recording in pitch, range, colour and pace; not a clone of it.",
  clonedVoice: "Cloned from the recording.",
  yours: "yours",
  lent: "shared",
  // The API's own sentences are English already.
  nothing_to_say: "There is nothing here to speak: add at least one letter or digit.",
  overloaded: "Every voice is busy. Try again in a moment.",
  engine_not_ready: "The service is starting. Try again in a moment.",
};

const zh = {
  text: "文字",
  try: "试试",
  placeholder: "输入或粘贴要朗读的文字。",
  characters: "{n} 字",
  character: "{n} 字",
  both: "中英混合",
  voice: "声音",
  language: "语言",
  automatic: "自动识别",
  pace: "语速",
  paceValue: "{n}×",
  pitch: "音高",
  pitchValue: "{n}",
  pitchSpoken: "{n} 个半音",
  mood: "情绪",
  ownMood: "声音本来的",
  strength: "强度",
  strengthValue: "{n} %",
  neutral: "自然",
  happy: "开心",
  sad: "悲伤",
  angry: "愤怒",
  calm: "平静",
  excited: "激动",
  fearful: "害怕",
  surprised: "惊讶",
  disgusted: "厌恶",
  tender: "温柔",
  serious: "严肃",
  bored: "无聊",
  whisper: "耳语",
  pronounce: "读音",
  pronounceHow: "在文字中选中一个词，写下它的读法，然后插入：[[重|chong2]]庆、[[GIF|jif]]。",
  word: "词",
  sound: "读作",
  insert: "插入",
  hearBefore: "听原来的",
  hearAfter: "听改后的",
  keepWord: "以后都这样读",
  ownWords: "一直这样读的词",
  forgetWord: "不再这样读：{word}",
  tooManyWords: "最多 {n} 个词，请先删去一个。",
  speak: "朗读",
  stop: "停止",
  keys: "Ctrl + Enter",
  asking: "请求中…",
  player: "播放器",
  play: "播放",
  pause: "暂停",
  seek: "位置",
  where: "{at}，共 {of}",
  whereWord: "{at}，共 {of}：{word}",
  making: "生成中…",
  blocked: "浏览器暂时不放声音，请按播放。",
  words: "正在朗读的文字",
  format: "格式",
  download: "下载",
  preparing: "正在准备 {format}…",
  recent: "最近",
  recentWhere: "只保存在这个浏览器里。",
  clear: "全部删除",
  clearSure: "删除全部 {n} 条？",
  playTake: "播放：{text}",
  againTake: "再用一次：{text}",
  saveTake: "下载 WAV：{text}",
  removeTake: "删除：{text}",
  partial: "未完",
  api: "在任何地方都能这样用：",
  dark: "深色",
  starting: "服务正在启动…",
  done: "读完了，共 {n}。",
  limited: "还没读完，声音已到上限。",
  stopped: "已停止。",
  tooLarge: "太长了，无法留在“最近”里，请现在下载。",
  lost: "连接中断了。已经听到的部分保留着。",
  unreachable: "服务没有应答。它在运行吗？",
  empty: "先写点什么，或选一个示例。",
  noSelection: "先在文字中选中一个词。",
  noWord: "先写下这个词，或在文字中选中它。",
  noSound: "写下它的读法，不要用方括号或竖线。",
  voices: "你的声音",
  matched: "匹配",
  cloned: "克隆",
  matchedVoice: "按录音匹配了音高、音域、音色和语速，不是克隆。",
  clonedVoice: "由录音克隆而成。",
  yours: "你的",
  lent: "共享",
  nothing_to_say: "这里没有可以朗读的内容：请至少写一个字或数字。",
  bad_text: "文字里有无法朗读的控制字符，请删去。",
  text_too_long: "文字太长，请分成几段。",
  request_too_large: "文字太长，请分成几段。",
  bad_dictionary: "这个读音写得不对：请写带声调的拼音（每个字一个音节），或近似的写法。",
  unknown_voice: "没有这个声音，请另选一个。",
  unsupported_format: "这个服务不能生成这种格式。",
  unsupported_language: "这个声音不会说这种语言。",
  model_not_found: "没有这个模型。",
  request_timeout: "请求太慢，请再试一次。",
  overloaded: "所有声音都在忙，请稍后再试。",
  engine_not_ready: "服务正在启动，请稍后再试。",
  engine_failed: "声音引擎在这段文字上出错了，请再试一次。",
  deadline_exceeded: "等得太久了，请再试一次。",
  speech_error: "服务出错了，请告诉管理员。",
  voice_unsupported: "现在的引擎不能用这个声音说话，需要换一个引擎。",
  transcript_required: "这个引擎需要录音的文字。请写下所说的话。",
  invalid_api_key: "这个密钥无效或已停用。",
  key_required: "这里需要密钥。",
  foreign_origin: "这个服务没有密钥，不认识这个地址：管理员可以把它加进 allowed_hosts，或用 antiphon keys create 建一个密钥。",
  storage_away: "声音库暂时不可用，请稍后再试。",
};

const CHOIR = {
  soprano: "女高音，明亮",
  mezzo: "女中音，清晰",
  alto: "女低音，温暖",
  tenor: "男高音，轻快",
  baritone: "男中音，沉稳",
  bass: "男低音，深沉",
};

export const MOODS = [
  "neutral", "happy", "sad", "angry", "calm", "excited", "fearful", "surprised", "disgusted", "tender", "serious",
  "bored", "whisper",
];

const STRINGS = { en, zh };
let tongue = document.documentElement.lang.startsWith("zh") ? "zh" : "en";

export const SAMPLES = [
  { lang: "en", name: "A morning", text: "Good morning! The kettle is on, and the first tram leaves at 7:45." },
  { lang: "zh", name: "秋天", text: "秋天的北京，天很高，云很轻。银杏叶落了一地，踩上去沙沙地响。" },
  { name: "both", text: "My flight to 上海 leaves at 3:30, so 我们晚上见, and please bring the 小笼包!" },
];

/** More sentences, of a part of the page that is loaded when it is wanted. */
export function learn(more) {
  for (const [language, sentences] of Object.entries(more)) Object.assign(STRINGS[language], sentences);
  translate();
}

/** The sentence of that name; `{n}` and its like are filled in. */
export function t(name, values = {}) {
  const sentence = STRINGS[tongue][name] ?? en[name] ?? name;
  return sentence.replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
}

/** What an error of the API is called here; its own message where we have no better one. */
export function explain({ code, message }) {
  return STRINGS[tongue][code] ?? message;
}

export function describeVoice({ id, name, description, object, own }) {
  const kind = object && t(own ? "yours" : "lent");
  const told = kind || (tongue === "zh" ? (CHOIR[id] ?? description) : description);
  return told ? `${name} · ${told}` : name;
}

/** A language by its name in the reader's language; its tag where the browser knows no name. */
export function nameLanguage(tag) {
  try {
    return new Intl.DisplayNames([locale()], { type: "language" }).of(tag);
  } catch {
    return tag;
  }
}

/** A length of time as it is said aloud. */
export function duration(seconds, digits = 0) {
  const whole = Math.round(seconds * 10 ** digits) / 10 ** digits;
  const style = { style: "unit", unitDisplay: "long", maximumFractionDigits: digits };
  const said = (n, unit) => new Intl.NumberFormat(locale(), { ...style, unit }).format(n);
  const rest = said(whole % 60, "second");
  return whole < 60 ? rest : `${said(Math.floor(whole / 60), "minute")} ${rest}`;
}

export function locale() {
  return tongue === "zh" ? "zh-CN" : "en";
}

/** The reader's own variety of the language, for dates and times. */
export function region() {
  return navigator.languages.find((tag) => tag.startsWith(tongue)) ?? locale();
}

/** Changes the language of the page, and remembers it. */
export function turn() {
  tongue = tongue === "zh" ? "en" : "zh";
  remember({ interface: tongue });
  translate();
}

/** Puts words to everything that is marked with `data-text` or `data-label`. */
export function translate() {
  document.documentElement.lang = locale();
  for (const each of document.querySelectorAll("[data-text]")) each.textContent = t(each.dataset.text);
  for (const each of document.querySelectorAll("[data-label]")) each.setAttribute("aria-label", t(each.dataset.label));
  for (const each of document.querySelectorAll("[data-label].icon")) each.title = t(each.dataset.label);
}

/** The other language, by its own name. */
export function otherLanguage() {
  return tongue === "zh" ? { name: "English", lang: "en" } : { name: "中文", lang: "zh-CN" };
}
