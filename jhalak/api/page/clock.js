/** Times, dates and numbers as the reader's language writes them. */

import { LANGUAGES } from "./texts.js";

const LOCALES = Object.fromEntries(LANGUAGES.map(([code, , , locale]) => [code, locale]));

/** Names for languages whose dates common browsers leave out; Sunday and January first. */
const NAMES = {
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
export function timeText(now, language) {
  const parts = new Intl.DateTimeFormat(LOCALES[language], { hour: "numeric", minute: "2-digit" }).formatToParts(now);
  return parts.filter((part) => part.type !== "dayPeriod").map((part) => part.value).join("").trim();
}

/** "Monday, 23 November". */
export function dateText(now, language) {
  const names = NAMES[language];
  if (names) return `${names.days[now.getDay()]}, ${now.getDate()} ${names.months[now.getMonth()]}`;
  return new Intl.DateTimeFormat(LOCALES[language], { weekday: "long", day: "numeric", month: "long" }).format(now);
}

export function numberText(value, language) {
  return new Intl.NumberFormat(LOCALES[language]).format(value);
}

/** A share in [0, 1] as whole percent. */
export function percentText(share, language) {
  return new Intl.NumberFormat(LOCALES[language], { style: "percent", maximumFractionDigits: 0 }).format(share);
}

/** Seconds as minutes and seconds: "0:34". */
export function durationText(seconds, language) {
  const whole = Math.round(seconds);
  const two = new Intl.NumberFormat(LOCALES[language], { minimumIntegerDigits: 2 });
  return `${numberText(Math.floor(whole / 60), language)}:${two.format(whole % 60)}`;
}
