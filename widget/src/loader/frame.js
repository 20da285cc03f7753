// The one channel to the panel's frame. Trusts only its own window and exact origin.

/** Milliseconds until we call the panel unreachable; should it answer later, it is shown all the same. */
const HELLO_WITHIN_MS = 5000

/**
 * Shake hands with the panel: hello, hello back, then a port of its own.
 *
 * @param {HTMLIFrameElement} element in the page already, loading or loaded
 * @param {string} trusted the only origin spoken to and listened to
 * @param {(message: Record<string, any>) => void} hear what the panel says, through the port
 * @param {(ok: boolean) => void} settled the port is open, or the panel can't be reached
 */
export function shakeHands(element, trusted, hear, settled) {
  const life = new AbortController()
  const { signal } = life
  /** @type {MessagePort | undefined} */
  let port
  const timer = setTimeout(settled, HELLO_WITHIN_MS, false)
  const post = (/** @type {string} */ type, /** @type {Transferable[]} */ transfer = []) => {
    // A frame that is still empty has our page's origin: the browser says so in the console.
    try {
      element.contentWindow?.postMessage({ supportchat: 1, type }, trusted, transfer)
    } catch { /* it says hello itself, once it is there */ }
  }

  addEventListener('message', ({ origin, source, data }) => {
    if (origin !== trusted || !source || source !== element.contentWindow) return
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
  element.addEventListener('load', () => post('hello'), { signal })
  if (element.dataset.loaded) post('hello')

  return {
    say: (/** @type {Record<string, unknown>} */ message) => port?.postMessage(message),
    end() {
      clearTimeout(timer)
      life.abort()
      port?.close()
    },
  }
}
