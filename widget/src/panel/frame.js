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
 * @property {string} version
 */

/** @returns {FrameData} */
export function readFrame() {
  const data = JSON.parse(document.getElementById('frame-data')?.textContent || '{}')
  return { words: {}, people: null, popular: [], origins: [], hosted: false, ...data }
}
