// The only place of the browser side that asks the time. Tests hand in another one.

/**
 * @typedef {object} Clock
 * @property {() => number} now milliseconds UTC
 * @property {(run: () => void, ms: number) => unknown} after run once, later; returns a handle
 * @property {(handle: any) => void} cancel forget a handle; unknown ones are ignored
 */

/** @type {Clock} */
export const systemClock = {
  now: () => Date.now(),
  after: (run, ms) => setTimeout(run, ms),
  cancel: handle => clearTimeout(handle),
}
