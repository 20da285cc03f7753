// A Socket.IO 5 client, as much of it as our wire is: one namespace, text alone, acknowledgements both
// ways. It connects once and never again: who wants another try makes another socket.

import { systemClock } from './clock.js'
import { pollingLine, webSocketLine } from './lines.js'

/** @typedef {import('./lines.js').Line} Line */
/** @typedef {(address: URL, ends: import('./lines.js').Ends) => Line} OpenLine */

/** How long one way may take to say its first word, milliseconds. */
const OPENS_WITHIN_MS = 5000

/** @type {OpenLine[]} */
const WAYS = [webSocketLine, pollingLine]

/** One connection to one namespace. */
export class Socket {
  #address
  #namespace
  #auth
  #ways
  #clock
  /** @type {Map<string, (detail: any) => void>} */
  #listeners = new Map()
  /** @type {(event: string, ...args: any[]) => void} */
  #hears = () => {}
  /** @type {Line | null} */
  #line = null
  #connected = false
  #acks = 0
  /** @type {Map<number, (answer: any) => void>} */
  #asked = new Map()
  /** Two pings missed is one silence too many. */
  #silenceMs = 0
  /** @type {unknown} */
  #timer

  /**
   * @param {object} options
   * @param {string} options.origin of the server
   * @param {string} options.namespace with its slash
   * @param {() => object} options.auth asked when the namespace is asked for
   * @param {boolean} [options.pollFirst] for networks that swallow WebSockets slowly
   * @param {OpenLine[]} [options.ways] tried one after the other
   * @param {import('./clock.js').Clock} [options.clock]
   */
  constructor({ origin, namespace, auth, pollFirst = false, ways = WAYS, clock = systemClock }) {
    this.#address = new URL('/socket.io/', origin)
    this.#namespace = namespace
    this.#auth = auth
    this.#ways = pollFirst ? [...ways].reverse() : [...ways]
    this.#clock = clock
  }

  /**
   * `connect_error` (with `data` when the server said no, with `type` when no way led there) or
   * `disconnect`; each happens at most once.
   *
   * @param {'connect_error' | 'disconnect'} event
   * @param {(detail: any) => void} listener
   */
  on(event, listener) {
    this.#listeners.set(event, listener)
  }

  /** @param {(event: string, ...args: any[]) => void} listener the last argument acknowledges, where that is wanted */
  onAny(listener) {
    this.#hears = listener
  }

  connect() {
    const [open, ...others] = this.#ways
    this.#ways = others
    this.#expect(OPENS_WITHIN_MS)
    /** @type {Line} */
    const line = open(this.#address, {
      // What a line says once we gave it up is nobody's business.
      heard: packet => { if (line === this.#line) this.#read(packet) },
      ended: () => { if (line === this.#line) this.#lost('transport close') },
    })
    this.#line = line
  }

  /**
   * @param {string} event
   * @param {unknown} payload
   * @param {(answer: any) => void} ack
   */
  emit(event, payload, ack) {
    this.#asked.set(++this.#acks, ack)
    this.#say('2', this.#acks, [event, payload])
  }

  disconnect() {
    const line = this.#line
    if (this.#connected) this.#say('1')
    this.#let()
    line?.close()
  }

  #let() {
    this.#clock.cancel(this.#timer)
    this.#line = null
    this.#connected = false
    this.#listeners.clear()
    this.#hears = () => {}
    this.#asked.clear()
  }

  /** @param {string} type @param {number | ''} [id] @param {unknown} [data] */
  #say(type, id = '', data) {
    this.#line?.send(`4${type}${this.#namespace},${id}${data === undefined ? '' : JSON.stringify(data)}`)
  }

  /** @param {number} ms */
  #expect(ms) {
    this.#clock.cancel(this.#timer)
    this.#timer = this.#clock.after(() => this.#lost('ping timeout'), ms)
  }

  /** @param {string} why */
  #lost(why) {
    const line = this.#line
    if (!this.#connected && this.#silenceMs === 0 && this.#ways.length > 0) {
      this.#line = null
      line?.close()
      this.connect()
      return
    }
    const tell = this.#listeners.get(this.#connected ? 'disconnect' : 'connect_error')
    const detail = this.#connected ? why : { type: 'TransportError', message: why }
    this.#let()
    line?.close()
    tell?.(detail)
  }

  /** @param {string} packet of Engine.IO */
  #read(packet) {
    try {
      if (packet[0] === '0') {
        const { pingInterval, pingTimeout } = JSON.parse(packet.slice(1))
        this.#silenceMs = pingInterval + pingTimeout
        this.#expect(this.#silenceMs)
        this.#say('0', '', this.#auth())
      } else if (packet[0] === '2') {
        this.#expect(this.#silenceMs)
        this.#line?.send(`3${packet.slice(1)}`)
      } else if (packet[0] === '1') {
        this.#lost('transport close')
      } else if (packet[0] === '4') {
        this.#take(packet.slice(1))
      }
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
      this.#lost('parse error')
    }
  }

  /** @param {string} packet of Socket.IO: type, namespace, id, data */
  #take(packet) {
    const [, type, namespace = '/', id, data] = packet.match(/^(\d)(?:(\/[^,]*),)?(\d+)?(.*)$/s) ?? []
    if (namespace !== this.#namespace) return
    /** @type {any} */
    const said = data ? JSON.parse(data) : undefined
    if (type === '0') {
      this.#connected = true
    } else if (type === '1') {
      this.#lost('io server disconnect')
    } else if (type === '2' && Array.isArray(said)) {
      const [event, ...args] = said
      if (id !== undefined) args.push((/** @type {unknown} */ answer) => this.#say('3', Number(id), [answer]))
      this.#hears(event, ...args)
    } else if (type === '3' && Array.isArray(said)) {
      const answered = this.#asked.get(Number(id))
      this.#asked.delete(Number(id))
      answered?.(said[0])
    } else if (type === '4') {
      const tell = this.#listeners.get('connect_error')
      const line = this.#line
      this.#let()
      line?.close()
      tell?.({ message: said?.message ?? String(said), data: said?.data })
    }
  }
}
