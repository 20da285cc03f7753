// htm bound to Preact, and the one context every view reads.

import htm from 'htm'
import { createContext, h } from 'preact'
import { useContext } from 'preact/hooks'

/** @type {(strings: TemplateStringsArray, ...values: any[]) => any} */
export const html = htm.bind(/** @type {any} */ (h))

/**
 * @typedef {object} App
 * @property {import('../model.js').Model} model
 * @property {import('../actions.js').Actions} actions
 * @property {import('../session.js').Session} session
 * @property {import('../drafts.js').Drafts} drafts
 * @property {import('../prefs.js').Prefs} prefs
 * @property {import('../alerts.js').Alerts} alerts
 * @property {import('../../core/connection.js').Connection} connection
 * @property {import('../../core/outbox.js').Outbox} outbox
 * @property {import('../../core/words.js').Say} t
 * @property {ReturnType<typeof import('../../core/words.js').makeTimes>} times
 * @property {'tr' | 'en'} language
 * @property {(command: import('../keys.js').Command) => void} run
 */

export const AppContext = createContext(/** @type {App | null} */ (null))

/** @returns {App} */
export function useApp() {
  const app = useContext(AppContext)
  if (app === null) throw new Error('a view outside the console')
  return app
}
