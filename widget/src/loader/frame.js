// The iframe of the panel and the one channel to it. Trusts only its own window and exact origin.

/** Milliseconds until we call the panel unreachable; should it answer later, it is shown all the same. */
const HELLO_WITHIN_MS = 5000

/**
 * Make the iframe and shake hands with the panel in it: hello, hello back, then a port of its own.
 *
 * @param {URL} url of the panel
 * @param {(message: Record<string, any>) => void} hear what the panel says, through the port
 * @param {(ok: boolean) => void} settled the port is open, or the panel can't be reached
 */
export function makeFrame(url, hear, settled) {
  const element = document.createElement('iframe')
  const life = new AbortController()
  const { signal } = life
  /** @type {MessagePort | undefined} */
  let port
  const timer = setTimeout(settled, HELLO_WITHIN_MS, false)
  const post = (/** @type {string} */ type, /** @type {Transferable[]} */ transfer = []) =>
    element.contentWindow?.postMessage({ supportchat: 1, type }, url.origin, transfer)

  addEventListener('message', ({ origin, source, data }) => {
    if (origin !== url.origin || !source || source !== element.contentWindow) return
    if (data?.supportchat !== 1 || data.type !== 'hello') return
    clearTimeout(timer)
    port?.close()
    const channel = new MessageChannel()
    port = channel.port1
    port.addEventListener('message', event => hear(event.data), { signal })
    port.start()
    post('port', [channel.port2])
    settled(true)
  }, { signal })
  element.addEventListener('load', () => post('hello'))
  element.src = url.href

  return {
    element,
    say: (/** @type {Record<string, unknown>} */ message) => port?.postMessage(message),
    remove() {
      clearTimeout(timer)
      life.abort()
      port?.close()
      element.remove()
    },
  }
}
