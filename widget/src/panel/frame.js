// What the server put into the page: read once, never trusted to be complete.

/** @typedef {import('../core/wire.js').PeopleView} PeopleView */

/**
 * @typedef {object} FrameData
 * @property {{key: string, name: string, color?: string, accent?: any, privacy_url?: string,
 *   zone?: string, contact?: {phone?: string, email?: string}}} site
 * @property {'tr' | 'en'} language
 * @property {string} theme
 * @property {Record<string, string>} words
 * @property {PeopleView | null} people
 * @property {{entry: string, question: string}[]} popular
 * @property {string[]} origins
 * @property {boolean} hosted
 * @property {boolean} first whether the shop's page knows of no conversation
 * @property {boolean} [mail] whether a transcript can be mailed
 * @property {boolean} [answers] whether answers can be mailed to who leaves
 * @property {string} version
 * @property {{js: string, css: string}} more address of what is fetched when needed
 * @property {number | null} reply_ms how long a first answer usually takes
 * @property {{greeting: string, files: boolean, fields: {key: string, kind: string, label: string, required: boolean, choices: string[]}[],
 *   privacy: {text: string, version: string}, consent: {text: string, version: string}}} widget
 */

const WIDGET = { greeting: '', files: false, fields: [], privacy: { text: '', version: '' }, consent: { text: '', version: '' } }

/** @returns {FrameData} */
export function readFrame() {
  const data = JSON.parse(document.getElementById('frame-data')?.textContent || '{}')
  return { words: {}, people: null, popular: [], origins: [], hosted: false, first: false, reply_ms: null, widget: WIDGET, ...data }
}

/** When people are there again, as the server words it; "" when they are, or nobody knows. @param {FrameData} frame @param {PeopleView | null} people */
export function whenBack(frame, people) {
  return people?.back?.[frame.language] ?? ''
}
