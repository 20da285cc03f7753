// One tab at a time. Knows nothing of what the holder does.

/** @typedef {import('./clock.js').Clock} Clock */

/** How long a holder without a connection keeps the lock. Source: docs/protocol.md. */
export const DOUBT_MS = 5000

/** A Web Lock that is held only while its tab can do something with it. */
export class TabLock {
  #locks
  #name
  #clock
  #onHeld
  #held = false
  /** @type {AbortController | null} */
  #asking = null
  /** @type {(() => void) | null} */
  #letGo = null
  /** @type {unknown} */
  #doubts

  /**
   * @param {{locks?: LockManager, name: string, clock: Clock, onHeld: () => void}} options
   *   without `locks` the tab holds whenever it wants: a message sent twice is stored once
   */
  constructor({ locks, name, clock, onHeld }) {
    this.#locks = locks
    this.#name = name
    this.#clock = clock
    this.#onHeld = onHeld
  }

  get held() {
    return this.#held
  }

  /** Ask for it, once; `onHeld` is called when it is there. */
  want() {
    this.#clock.cancel(this.#doubts)
    if (this.#held || this.#asking !== null) return
    if (this.#locks === undefined) {
      this.#hold(null)
      return
    }
    const asking = new AbortController()
    this.#asking = asking
    const granted = () => new Promise(resolve => this.#hold(() => resolve(undefined)))
    this.#locks.request(this.#name, { signal: asking.signal }, granted).catch(() => {
      if (asking.signal.aborted) return
      // Locks are denied here, as storage is: nobody else can have what we hold in memory.
      this.#locks = undefined
      this.#hold(null)
    }).finally(() => {
      if (this.#asking === asking) this.#asking = null
    })
  }

  /** @param {(() => void) | null} letGo */
  #hold(letGo) {
    this.#held = true
    this.#letGo = letGo
    this.#onHeld()
  }

  /** The connection is gone: let go in five seconds, unless it comes back. */
  doubt() {
    this.#clock.cancel(this.#doubts)
    this.#doubts = this.#clock.after(() => this.release(), DOUBT_MS)
  }

  /** Let go, or stop asking. */
  release() {
    this.#clock.cancel(this.#doubts)
    this.#held = false
    const [letGo, asking] = [this.#letGo, this.#asking]
    this.#letGo = null
    this.#asking = null
    if (letGo) letGo()
    else asking?.abort()
  }
}
