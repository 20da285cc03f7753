// The two ways packets travel: a WebSocket, or long polls where a network swallows those. Engine.IO 4
// as far as text goes; knows nothing of what a packet says but the first, which names the session.

/**
 * @typedef {object} Line
 * @property {(packet: string) => void} send
 * @property {() => void} close says goodbye; nothing is told afterwards
 *
 * @typedef {object} Ends
 * @property {(packet: string) => void} heard
 * @property {() => void} ended once, when the line is gone by itself
 */

/** Packets of one poll are parted by this. */
const BETWEEN = '\x1e'
/** Most packets in one request, far below what the server takes. */
const MOST = 16
const QUERY = 'EIO=4&transport='

/**
 * Packets over a WebSocket.
 *
 * @param {URL} address of the server's sockets, http or https
 * @param {Ends} ends
 * @returns {Line}
 */
export function webSocketLine(address, { heard, ended }) {
  const url = new URL(`?${QUERY}websocket`, address)
  url.protocol = url.protocol.replace('http', 'ws')
  const socket = new WebSocket(url)
  let over = false
  const end = () => {
    if (!over) ended()
    over = true
  }
  socket.onmessage = ({ data }) => { if (!over && typeof data === 'string') heard(data) }
  socket.onclose = end
  socket.onerror = end
  return {
    send: packet => { if (socket.readyState === 1) socket.send(packet) },
    close() {
      over = true
      if (socket.readyState === 1) socket.send('1')
      socket.close()
    },
  }
}

/**
 * Packets over long polls.
 *
 * @param {URL} address as above
 * @param {Ends} ends
 * @returns {Line}
 */
export function pollingLine(address, { heard, ended }) {
  const life = new AbortController()
  const url = new URL(`?${QUERY}polling`, address)
  /** @type {string[]} */
  let waiting = []
  let posting = false

  const end = () => {
    if (!life.signal.aborted) {
      life.abort()
      ended()
    }
  }
  /** @param {RequestInit} [how] */
  const ask = async how => {
    const answer = await fetch(url, { cache: 'no-store', signal: life.signal, ...how })
    if (!answer.ok) throw new Error(`${answer.status}`)
    return answer.text()
  }
  const listen = async () => {
    while (!life.signal.aborted) {
      for (const packet of (await ask()).split(BETWEEN)) {
        if (life.signal.aborted) return
        if (packet[0] === '0') url.searchParams.set('sid', JSON.parse(packet.slice(1)).sid)
        heard(packet)
      }
    }
  }
  const flush = async () => {
    if (posting || waiting.length === 0 || !url.searchParams.has('sid')) return
    posting = true
    const body = waiting.slice(0, MOST).join(BETWEEN)
    waiting = waiting.slice(MOST)
    await ask({ method: 'POST', body })
    posting = false
    await flush()
  }
  listen().catch(end)
  return {
    send(packet) {
      waiting.push(packet)
      flush().catch(end)
    },
    close() {
      if (life.signal.aborted) return
      life.abort()
      // The page may be on its way out: the goodbye outlives it.
      if (url.searchParams.has('sid')) fetch(url, { method: 'POST', body: '1', keepalive: true }).catch(() => {})
    },
  }
}
