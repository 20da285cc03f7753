// The smallest subscription there is: a set of listeners. Knows nothing of what changed.

/** Listeners that are told, in order; one that throws does not silence the others. */
export class Listeners {
  /** @type {Set<(...args: any[]) => void>} */
  #all = new Set()

  /**
   * Listen from now on.
   *
   * @param {(...args: any[]) => void} listener
   * @returns {() => void} stops it
   */
  add(listener) {
    this.#all.add(listener)
    return () => this.#all.delete(listener)
  }

  /** @param {...any} args */
  tell(...args) {
    for (const listener of [...this.#all]) {
      try {
        listener(...args)
      } catch (error) {
        queueMicrotask(() => { throw error })
      }
    }
  }
}
