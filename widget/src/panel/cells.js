// What the screens read: values that say when they changed. Everybody is drawn anew after a change, so
// nobody has to say what they read.

import { Listeners } from '../core/signal.js'

/**
 * @template T
 * @typedef {{value: T}} Cell
 */

/** Cells that share their listeners. */
export function makeCells() {
  const changed = new Listeners()
  return {
    /** @param {() => void} listener @returns {() => void} */
    subscribe: listener => changed.add(listener),
    /**
     * @template T
     * @param {T} first
     * @returns {Cell<T>}
     */
    cell: first => {
      let now = first
      return {
        get value() { return now },
        set value(next) {
          if (Object.is(next, now)) return
          now = next
          changed.tell()
        },
      }
    },
  }
}
