// Who the visitor is to the server: nobody until the first message, then the bearer of a token.

import { ConnectionLost } from './connection.js'

/** @typedef {import('./connection.js').Connection} Connection */
/** @typedef {import('./stores.js').TextStore} TextStore */
/** @typedef {import('./wire.js').Page} Page */
/** @typedef {import('./wire.js').Refused} Refused */

/** The token, and the way to one. */
export class Identity {
  #connection
  #token
  #site
  #language
  /** Whether the live socket is the visitor's. */
  authenticated = false
  /** The shop's page the visitor looks at. @type {Page | null} */
  page

  /** @param {{connection: Connection, token: TextStore, site: string, language: string, page: Page | null}} parts */
  constructor({ connection, token, site, language, page }) {
    this.#connection = connection
    this.#token = token
    this.#site = site
    this.#language = language
    this.page = page
  }

  /** Whether there is a token, so a conversation may exist. */
  get known() {
    return this.#token.read() !== null
  }

  /** What `connect` says of us. */
  auth() {
    const token = this.#token.read()
    return { ...this.#self(), site: this.#site, ...(token !== null && { token }) }
  }

  /**
   * Be a visitor with a token; ask for one where there is none. Called under the outbox's lock,
   * so that two tabs never start two visitors.
   *
   * @returns {Promise<Refused | null>} null when we are; rejects with `ConnectionLost`
   */
  async start() {
    if (this.authenticated) return null
    if (this.known) {
      // Another tab became the visitor while we waited for the lock.
      this.#connection.restart()
      throw new ConnectionLost('connecting with the token')
    }
    const answer = await this.#connection.request('visitor_start', { site: this.#site, ...this.#self() })
    if (!answer.ok) return answer
    this.#token.write(answer.token)
    this.authenticated = true
    return null
  }

  /** The server does not know our token (any more). */
  forget() {
    this.#token.remove()
    this.authenticated = false
  }

  #self() {
    return { language: this.#language, ...(this.page !== null && { page: this.page }) }
  }
}
