// Texts in the reader's language; times, numbers and sizes in the reader's locale.

const LANGUAGES = ["en", "de"];
const KEPT = "vidcore.language";
const UNITS = ["", "KiB", "MiB", "GiB", "TiB"]; // IEC 80000-13; as limits are set, so sizes are shown
const STEPS = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

let texts = {};
let locale = "en";
let plurals = new Intl.PluralRules(locale);

export const languages = LANGUAGES;

// Load the texts in the language that was chosen here, or is the first that the browser names.
export async function loadTexts() {
  const wanted = [localStorage.getItem(KEPT), ...navigator.languages].filter(Boolean);
  const spoken = wanted.find((tag) => LANGUAGES.includes(tag.slice(0, 2))) ?? "en";
  const language = spoken.slice(0, 2);
  // Numbers as in the reader's own region, where the language is the reader's own.
  locale = navigator.languages.find((tag) => tag.slice(0, 2) === language) ?? language;
  plurals = new Intl.PluralRules(locale);
  texts = (await import(`./texts/${language}.js`)).default;
  document.documentElement.lang = language;
}

export function language() {
  return document.documentElement.lang;
}

// Keep another language for the next time that the page is opened.
export function chooseLanguage(language) {
  localStorage.setItem(KEPT, language);
}

// Give a text; `{name}` in it becomes `values.name`, and `values.n` decides the plural.
export function t(key, values = {}) {
  let found = texts[key];
  if (found === undefined) throw new Error(`there is no text ${key}`);
  if (typeof found === "object") found = found[plurals.select(values.n)] ?? found.other;
  return found.replace(/\{(\w+)\}/g, (_, name) =>
    typeof values[name] === "number" ? number(values[name]) : String(values[name]),
  );
}

// Give what a failure means: in the reader's language if it is known there, else as the service says it.
export function meaning(error) {
  return texts[`error.${error.code}`] ?? error.message;
}

export function number(value) {
  return new Intl.NumberFormat(locale).format(value);
}

export function percent(fraction) {
  return new Intl.NumberFormat(locale, { style: "percent" }).format(fraction);
}

export function bytes(value) {
  let step = 0;
  while (value >= 1023.5 && step < UNITS.length - 1) {
    value /= 1024;
    step += 1;
  }
  if (!step) return new Intl.NumberFormat(locale, { style: "unit", unit: "byte", unitDisplay: "long" }).format(value);
  const options = { maximumFractionDigits: value < 10 ? 1 : 0 };
  return `${new Intl.NumberFormat(locale, options).format(value)}\u00a0${UNITS[step]}`;
}

export function speed(bytesPerSecond) {
  return t("unit.per_second", { size: bytes(bytesPerSecond) });
}

export function date(text) {
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium" }).format(new Date(text));
}

export function moment(text) {
  const options = { dateStyle: "medium", timeStyle: "short" };
  return new Intl.DateTimeFormat(locale, options).format(new Date(text));
}

// Give how long ago, or in what time, something is.
export function ago(text, now = Date.now()) {
  const seconds = (new Date(text) - now) / 1000;
  const format = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  for (const [unit, length] of STEPS) {
    if (Math.abs(seconds) >= length) return format.format(Math.round(seconds / length), unit);
  }
  return format.format(0, "second");
}

// Give a time within a video: 1:05, or 1:00:05.
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const shown = parts[0] ? parts : parts.slice(1);
  return shown.map((part, at) => (at ? String(part).padStart(2, "0") : part)).join(":");
}

// Give a span of time roughly, as one waits for it: 40 seconds, 3 minutes.
export function span(seconds) {
  const [unit, length] = [...STEPS.slice(2), ["second", 1]].find(
    ([, size]) => seconds >= size * 1.5 || size === 1,
  );
  const options = { style: "unit", unit, unitDisplay: "long", maximumFractionDigits: 0 };
  return new Intl.NumberFormat(locale, options).format(Math.max(1, Math.round(seconds / length)));
}
