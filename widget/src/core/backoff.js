// How long to wait before the next try. Knows nothing of what is tried.

/** Shortest and longest wait, milliseconds. Source: docs/protocol.md, "Storage in the browser". */
export const LEAST_MS = 500
export const MOST_MS = 30_000

/** Full jitter: uniform between the least wait and a ceiling that doubles with every try. */
export class Backoff {
  #random
  #tries = 0

  /** @param {() => number} [random] uniform in [0, 1) */
  constructor(random = Math.random) {
    this.#random = random
  }

  /** How often `next` was asked since the last success. */
  get tries() {
    return this.#tries
  }

  /** The wait before the next try, milliseconds. */
  next() {
    const ceiling = Math.min(MOST_MS, 2 * LEAST_MS * 2 ** Math.min(this.#tries++, 10))
    return Math.round(LEAST_MS + this.#random() * (ceiling - LEAST_MS))
  }

  /** It worked: begin again with short waits. */
  reset() {
    this.#tries = 0
  }
}
