// The few words the shop's page needs before the panel is there; the build puts them in.

/** @type {Record<string, Record<string, string>>} */
// @ts-expect-error: replaced by build.mjs with strings of chatserver/locales
const TABLE = LOADER_WORDS

/** @param {string} language @param {string} key as build.mjs names it */
export const say = (language, key) => TABLE[language][key]
export const languageOf = (/** @type {string | null | undefined} */ tag) => /^en\b/i.test(tag ?? '') ? 'en' : 'tr'
