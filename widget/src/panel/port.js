// The panel's end of the channel to the loader. Speaks only to the window that embeds us, and only
// where its origin is one that this site allows.

/** @typedef {Record<string, any>} PortMessage */

/**
 * Wait for the loader's hello, answer it, and take the port it hands over.
 *
 * @param {{origins: readonly string[], hear: (message: PortMessage) => void}} options
 * @returns {{say: (message: PortMessage) => void}} says nothing until there is a port
 */
export function listenToLoader({ origins, hear }) {
  /** @type {MessagePort | null} */
  let port = null
  /** @type {PortMessage[]} */
  const early = []
  const say = (/** @type {PortMessage} */ message) => {
    if (port === null) early.push(message)
    else port.postMessage(message)
  }
  if (window.parent === window) return { say: () => {} }
  addEventListener('message', ({ origin, source, data, ports }) => {
    if (source !== window.parent || !origins.includes(origin)) return
    if (typeof data !== 'object' || data === null || data.supportchat !== 1) return
    if (data.type === 'hello') {
      window.parent.postMessage({ supportchat: 1, type: 'hello' }, origin)
    } else if (data.type === 'port' && ports.length === 1) {
      port?.close()
      port = ports[0]
      port.addEventListener('message', ({ data: said }) => {
        if (typeof said === 'object' && said !== null && typeof said.type === 'string') hear(said)
      })
      port.start()
      for (const message of early.splice(0)) port.postMessage(message)
    }
  })
  return { say }
}

/**
 * A page of the shop out of what the loader said; only the three fields, and only as text.
 *
 * @param {any} page
 * @returns {import('../core/wire.js').Page | null}
 */
export function pageOf(page) {
  if (typeof page !== 'object' || page === null) return null
  const field = (/** @type {unknown} */ value, /** @type {number} */ most) => typeof value === 'string' ? value.slice(0, most) : ''
  return { url: field(page.url, 2000), title: field(page.title, 300), referrer: field(page.referrer, 2000) }
}
