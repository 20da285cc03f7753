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
  /** The token that the live socket is known by. @type {string | null} */
  #said = null
  /** Whether the live socket is the visitor's. */
  authenticated = false
  /** Whether that is because the site vouched for them. */
  identified = false
  /** The site's signed word on who is here: null for nobody, undefined where it says nothing. @type {string | null | undefined} */
  word
  /** Settled when the word was told. @type {Promise<unknown> | undefined} */
  claiming
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
    const token = this.#said = this.#token.read()
    return { ...this.#self(), site: this.#site, ...(token !== null && { token }) }
  }

  /**
   * Be a visitor with a token; ask for one where there is none. Called under the outbox's lock,
   * so that two tabs never start two visitors.
   *
   * @returns {Promise<Refused | null>} null when we are; rejects with `ConnectionLost`
   */
  async start() {
    await this.claiming
    if (this.authenticated) return null
    if (this.known) {
      // Another tab became the visitor while we waited for the lock.
      this.#connection.restart()
      throw new ConnectionLost('connecting with the token')
    }
    const { word } = this
    const answer = await this.#connection.request('visitor_start', { site: this.#site, ...this.#self(), ...(word && { identity: word }) })
    if (answer.code === 'identity_refused') {
      // They may write all the same; nobody vouches for them.
      this.word = undefined
      return this.start()
    }
    if (!answer.ok) return answer
    this.take(answer.token)
    this.authenticated = true
    return null
  }

  /** Be known by this token from the next connection on. @param {string} token */
  take(token) {
    this.#token.write(this.#said = token)
  }

  /** The server does not know our token (any more); one that another tab got meanwhile stays. */
  forget() {
    if (this.#token.read() === this.#said) this.#token.remove()
    this.authenticated = false
  }

  #self() {
    return { language: this.#language, ...(this.page !== null && { page: this.page }) }
  }
}
