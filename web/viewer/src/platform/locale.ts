/** The thirteen languages; times, dates and numbers as each writes them. */

export interface Language { code: string; name: string; english: string; locale: string }

const language = (code: string, name: string, english: string, locale: string): Language => ({ code, name, english, locale });

/** Most readers first. */
export const LANGUAGES: readonly Language[] = [
  language("hi", "हिन्दी", "Hindi", "hi-IN"), language("en", "English", "English", "en-IN"),
  language("ta", "தமிழ்", "Tamil", "ta-IN"), language("te", "తెలుగు", "Telugu", "te-IN"),
  language("bn", "বাংলা", "Bengali", "bn-IN"), language("mr", "मराठी", "Marathi", "mr-IN"),
  language("gu", "ગુજરાતી", "Gujarati", "gu-IN"), language("kn", "ಕನ್ನಡ", "Kannada", "kn-IN"),
  language("ml", "മലയാളം", "Malayalam", "ml-IN"), language("pa", "ਪੰਜਾਬੀ", "Punjabi", "pa-IN"),
  language("or", "ଓଡ଼ିଆ", "Odia", "or-IN"), language("ur", "اردو", "Urdu", "ur"),
  language("id", "Bahasa Indonesia", "Indonesian", "id-ID"),
];
export const CODES: readonly string[] = LANGUAGES.map(({ code }) => code);

export function directionOf(code: string | undefined): "ltr" | "rtl" {
  return code === "ur" ? "rtl" : "ltr";
}

/** The first of the browser's languages that Jhalak speaks. */
export function preferred(asked: readonly string[] = navigator.languages ?? []): string {
  return asked.map((tag) => tag.slice(0, 2).toLowerCase()).find((code) => CODES.includes(code)) ?? "en";
}

export const localeOf = (code: string) => LANGUAGES.find((one) => one.code === code)?.locale ?? "en-IN";

/** Names for languages whose dates common browsers leave out; Sunday and January first. */
const NAMES: Record<string, { days: string[]; months: string[] }> = {
  pa: {
    days: ["ਐਤਵਾਰ", "ਸੋਮਵਾਰ", "ਮੰਗਲਵਾਰ", "ਬੁੱਧਵਾਰ", "ਵੀਰਵਾਰ", "ਸ਼ੁੱਕਰਵਾਰ", "ਸ਼ਨਿੱਚਰਵਾਰ"],
    months: ["ਜਨਵਰੀ", "ਫ਼ਰਵਰੀ", "ਮਾਰਚ", "ਅਪ੍ਰੈਲ", "ਮਈ", "ਜੂਨ", "ਜੁਲਾਈ", "ਅਗਸਤ", "ਸਤੰਬਰ", "ਅਕਤੂਬਰ", "ਨਵੰਬਰ", "ਦਸੰਬਰ"],
  },
  or: {
    days: ["ରବିବାର", "ସୋମବାର", "ମଙ୍ଗଳବାର", "ବୁଧବାର", "ଗୁରୁବାର", "ଶୁକ୍ରବାର", "ଶନିବାର"],
    months: ["ଜାନୁଆରୀ", "ଫେବୃଆରୀ", "ମାର୍ଚ୍ଚ", "ଅପ୍ରେଲ", "ମଇ", "ଜୁନ", "ଜୁଲାଇ", "ଅଗଷ୍ଟ", "ସେପ୍ଟେମ୍ବର", "ଅକ୍ଟୋବର", "ନଭେମ୍ବର", "ଡିସେମ୍ବର"],
  },
};

/** "7:42": hours and minutes, without the letters for morning and evening. */
export function timeText(now: Date, code: string): string {
  const parts = new Intl.DateTimeFormat(localeOf(code), { hour: "numeric", minute: "2-digit" }).formatToParts(now);
  return parts.filter((part) => part.type !== "dayPeriod").map((part) => part.value).join("").trim();
}

/** "Monday, 23 November". */
export function dateText(now: Date, code: string): string {
  const names = NAMES[code];
  if (names) return `${names.days[now.getDay()]}, ${now.getDate()} ${names.months[now.getMonth()]}`;
  return new Intl.DateTimeFormat(localeOf(code), { weekday: "long", day: "numeric", month: "long" }).format(now);
}

export function numberText(value: number, code: string, digits = 0): string {
  return new Intl.NumberFormat(localeOf(code), { maximumFractionDigits: digits }).format(value);
}


/** A share in [0, 1] as whole percent. */
export function percentText(share: number, code: string): string {
  return new Intl.NumberFormat(localeOf(code), { style: "percent", maximumFractionDigits: 0 }).format(share);
}

/** Seconds as minutes and seconds: "0:34". */
export function durationText(seconds: number, code: string): string {
  const whole = Math.round(seconds);
  const two = new Intl.NumberFormat(localeOf(code), { minimumIntegerDigits: 2 });
  return `${numberText(Math.floor(whole / 60), code)}:${two.format(whole % 60)}`;
}

/** Bytes as megabytes with one decimal: "1.8". The unit is the caller's words. */
export function megabytesText(bytes: number, code: string): string {
  return numberText(bytes / 1e6, code, 1);
}

/** "23 November". */
export function dayText(at: Date, code: string): string {
  const names = NAMES[code];
  return names ? `${at.getDate()} ${names.months[at.getMonth()]}`
    : new Intl.DateTimeFormat(localeOf(code), { day: "numeric", month: "long" }).format(at);
}

/** "23 November, 7:42", for what happened. */
export const momentText = (at: Date, code: string) => `${dayText(at, code)}, ${timeText(at, code)}`;
