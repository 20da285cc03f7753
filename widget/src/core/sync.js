// The one way of repair: at start, after a silence, at a gap, in doubt. Knows how often to ask, not what.

import { Backoff } from './backoff.js'
import { ConnectionLost } from './connection.js'

/** @import { Clock } from './clock.js' */
/** @import { Connection } from './connection.js' */

/** Asks until nothing is missing; one question at a time, and later again where it failed. */
export class Sync {
  #connection
  #clock
  #fetch
  #done
  #ended
  #backoff
  #running = false
  #again = false
  /** @type {unknown} */
  #timer

  /**
   * @param {object} parts
   * @param {Connection} parts.connection
   * @param {Clock} parts.clock
   * @param {() => number} [parts.random]
   * @param {() => Promise<{more: boolean} | {afterMs: number | null}>} parts.fetch asks once: whether there
   *   is more, or when to try again; rejects with `ConnectionLost`
   * @param {() => void} parts.done nothing is missing
   * @param {() => void} parts.ended it is over, one way or the other
   */
  constructor({ connection, clock, random, fetch, done, ended }) {
    this.#connection = connection
    this.#clock = clock
    this.#fetch = fetch
    this.#done = done
    this.#ended = ended
    this.#backoff = new Backoff(random)
  }

  /** The connection is new: the next wait is a short one. */
  reset() {
    this.#backoff.reset()
  }

  /** No connection: no use asking again. */
  stop() {
    this.#clock.cancel(this.#timer)
  }

  /** Ask, or once more when this is asked meanwhile. */
  async run() {
    if (this.#running) {
      this.#again = true
      return
    }
    this.#running = true
    try {
      const afterMs = await this.#whole()
      if (afterMs !== undefined) this.#later(afterMs)
      else if (this.#connection.isReady) {
        this.#backoff.reset()
        this.#done()
      }
    } catch (error) {
      if (!(error instanceof ConnectionLost)) throw error
      this.#later(null)
    } finally {
      this.#running = false
      this.#ended()
    }
  }

  /** @returns {Promise<number | null | undefined>} when to try again, where that was said */
  async #whole() {
    this.#again = true
    while (this.#again && this.#connection.isReady) {
      this.#again = false
      const answer = await this.#fetch()
      if ('afterMs' in answer) return answer.afterMs
      this.#again ||= answer.more
    }
    return undefined
  }

  /** @param {number | null} afterMs */
  #later(afterMs) {
    this.#clock.cancel(this.#timer)
    if (!this.#connection.isReady) return
    this.#timer = this.#clock.after(() => { void this.run() }, afterMs ?? this.#backoff.next())
  }
}
