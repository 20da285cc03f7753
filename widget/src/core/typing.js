// Who types. Says our own typing now and then, and forgets others' when they fall silent.

/** @typedef {import('./clock.js').Clock} Clock */
/** @typedef {import('./wire.js').AuthorView} AuthorView */

/** At most one word about our typing in so many milliseconds. */
export const TYPING_EVERY_MS = 3000

/** Typing, both ways, of one conversation. */
export class Typing {
  #clock
  #say
  #changed
  /** @type {AuthorView | null} */
  #other = null
  /** @type {unknown} */
  #timer
  #saidAt = -Infinity

  /**
   * @param {Clock} clock
   * @param {(typing: boolean) => void} say tells the server
   * @param {() => void} changed `other` is another one
   */
  constructor(clock, say, changed) {
    this.#clock = clock
    this.#say = say
    this.#changed = changed
  }

  /** Who of the other side types, or null. */
  get other() {
    return this.#other
  }

  /** Call at every key. @param {boolean} typing */
  mine(typing) {
    const now = this.#clock.now()
    if (typing ? now - this.#saidAt < TYPING_EVERY_MS : this.#saidAt === -Infinity) return
    this.#saidAt = typing ? now : -Infinity
    this.#say(typing)
  }

  /** Our message went out; the server knows that this ends our typing. */
  sent() {
    this.#saidAt = -Infinity
  }

  /** @param {AuthorView} author @param {boolean} typing @param {number} expiresInMs */
  theirs(author, typing, expiresInMs) {
    if (!typing) {
      this.stop()
      return
    }
    this.#clock.cancel(this.#timer)
    this.#timer = this.#clock.after(() => this.stop(), expiresInMs)
    this.#other = author
    this.#changed()
  }

  /** Nobody types any more, as far as we can know. */
  stop() {
    this.#clock.cancel(this.#timer)
    if (this.#other === null) return
    this.#other = null
    this.#changed()
  }
}
