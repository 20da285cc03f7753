// What the browser tells of the page and the network, passed on to the connection and the outbox.
// The page is handed in as two event targets; nothing else of the DOM is known here.

/** @typedef {import('./clock.js').Clock} Clock */

/** How long a hidden page keeps its socket, milliseconds. Source: docs/widget.md. */
export const HIDDEN_MS = 300_000

/**
 * Wire the page's life to a connection.
 *
 * @param {object} parts
 * @param {{start: () => void, stop: () => void, retryNow: () => void, lost: () => void}} parts.connection
 * @param {{suspend: () => void}} [parts.outbox]
 * @param {EventTarget} parts.window
 * @param {EventTarget & {visibilityState: string}} parts.document
 * @param {Clock} parts.clock
 * @param {number | null} [parts.hiddenMs] null: a hidden page keeps its socket (agents)
 * @returns {() => void} undoes it
 */
export function watchPage({ connection, outbox, window, document, clock, hiddenMs = HIDDEN_MS }) {
  /** @type {unknown} */
  let hidden
  let rests = false
  const rest = () => {
    rests = true
    outbox?.suspend()
    connection.stop()
  }
  const rise = () => {
    if (rests) {
      rests = false
      connection.start()
    } else {
      connection.retryNow()
    }
  }
  const visibility = () => {
    clock.cancel(hidden)
    if (document.visibilityState === 'visible') rise()
    else if (hiddenMs !== null) hidden = clock.after(rest, hiddenMs)
  }
  /** @type {[EventTarget, string, (event: any) => void][]} */
  const heard = [
    [window, 'online', rise],
    [window, 'offline', () => connection.lost()],
    [window, 'pageshow', rise],
    [window, 'pagehide', rest],
    [document, 'freeze', rest],
    [document, 'resume', rise],
    [document, 'visibilitychange', visibility],
  ]
  for (const [target, name, listener] of heard) target.addEventListener(name, listener)
  return () => {
    clock.cancel(hidden)
    for (const [target, name, listener] of heard) target.removeEventListener(name, listener)
  }
}
