// One live socket: opening it, keeping it, asking through it. Knows no conversation and no DOM.
// Every try gets a fresh socket, so that nothing a dead one had buffered is ever sent late.

import { Backoff } from './backoff.js'
import { systemClock } from './clock.js'
import { Listeners } from './signal.js'

/** @typedef {import('./clock.js').Clock} Clock */
/** @typedef {import('./wire.js').Refused} Refused */

/**
 * @typedef {object} SocketLike what is used of a Socket
 * @property {(event: 'connect_error' | 'disconnect', listener: (detail: any) => void) => unknown} on
 * @property {(listener: (event: string, ...args: any[]) => void) => unknown} onAny
 * @property {(event: string, payload: unknown, ack: (answer: any) => void) => unknown} emit
 * @property {() => unknown} connect
 * @property {() => unknown} disconnect
 */

/**
 * @typedef {'connecting' | 'ready' | 'offline' | 'refused'} Phase
 * @typedef {object} ConnectionState
 * @property {Phase} phase offline: waiting for the next try or told to stop
 * @property {number | null} retryAt when the next try begins, milliseconds UTC of `clock`
 * @property {string | null} code why it was refused
 */

/** The answer did not come: nobody knows whether the request was carried out. */
export class ConnectionLost extends Error {
  constructor(/** @type {string} */ why) {
    super(why)
    this.name = 'ConnectionLost'
  }
}

/** Milliseconds. */
export const READY_WITHIN_MS = 10_000
export const ANSWER_WITHIN_MS = 10_000
export const DRAIN_WITHIN_MS = 2000

/** Server events whose ack is an answer in itself. */
const ACKED = new Set(['heads', 'lease_check'])
const RETRY_CODES = new Set(['rate_limited', 'unavailable', 'draining', 'timeout'])

/** A connection that comes back by itself. */
export class Connection {
  #open
  #clock
  #backoff
  #events = new Map()
  #changed = new Listeners()
  /** @type {ConnectionState} */
  #state = { phase: 'offline', retryAt: null, code: null }
  #wanted = false
  /** @type {SocketLike | null} */
  #socket = null
  /** @type {unknown} */
  #timer
  /** @type {Set<(error: Error) => void>} */
  #pending = new Set()
  #draining = false
  /** @type {number | null} */
  #drainFor = null

  /**
   * @param {object} options
   * @param {(attempt: number) => SocketLike} options.open makes a new, unconnected socket with its
   *   auth; attempt counts the tries since the last success, so that the transport can be changed
   * @param {Clock} [options.clock]
   * @param {() => number} [options.random]
   */
  constructor({ open, clock = systemClock, random = Math.random }) {
    this.#open = open
    this.#clock = clock
    this.#backoff = new Backoff(random)
  }

  get state() {
    return this.#state
  }

  get isReady() {
    return this.#state.phase === 'ready' && !this.#draining
  }

  /** @param {(state: ConnectionState) => void} listener @returns {() => void} */
  subscribe(listener) {
    return this.#changed.add(listener)
  }

  /**
   * Listen to an event of the server. `ready` comes before the phase says so.
   *
   * @param {string} event
   * @param {(fact: any) => void} listener
   * @returns {() => void}
   */
  on(event, listener) {
    if (!this.#events.has(event)) this.#events.set(event, new Listeners())
    return this.#events.get(event).add(listener)
  }

  /** Connect, and keep at it. */
  start() {
    if (this.#wanted) return
    this.#wanted = true
    this.#try()
  }

  /** Close and stay closed until `start`. */
  stop() {
    this.#wanted = false
    this.#close('stopped')
    this.#become({ phase: 'offline', retryAt: null, code: null })
  }

  /** There is a reason to hope (online, visible, a press on the button): try now. */
  retryNow() {
    if (!this.#wanted) return
    this.#backoff.reset()
    // A try that is under way goes on; should it fail, the next wait is a short one.
    if (this.#socket === null) this.#try()
  }

  /** Close and open again at once, e.g. with another token. */
  restart() {
    if (!this.#wanted) return
    this.#close('restarted')
    this.#backoff.reset()
    this.#try()
  }

  /** The network is known to be gone: no use waiting for a ping to fail. */
  lost() {
    if (this.#socket !== null) this.#fall('network lost', null)
  }

  /**
   * Ask and await the answer.
   *
   * @param {string} event
   * @param {Record<string, any>} payload
   * @param {number} [withinMs]
   * @returns {Promise<any>} the ack, a refusal included; rejects with `ConnectionLost`
   */
  request(event, payload, withinMs = ANSWER_WITHIN_MS) {
    const socket = this.#socket
    if (socket === null || !this.isReady) return Promise.reject(new ConnectionLost('not connected'))
    return new Promise((resolve, reject) => {
      const settle = () => {
        this.#clock.cancel(timer)
        this.#pending.delete(fail)
        if (this.#draining && this.#pending.size === 0) this.#leave()
      }
      const fail = (/** @type {Error} */ error) => { settle(); reject(error) }
      const timer = this.#clock.after(() => fail(new ConnectionLost('no answer in time')), withinMs)
      this.#pending.add(fail)
      socket.emit(event, payload, (/** @type {any} */ answer) => { settle(); resolve(answer) })
    })
  }

  /**
   * Say something that nobody waits for; dropped when there is no connection.
   *
   * @param {string} event
   * @param {Record<string, any>} payload
   */
  tell(event, payload) {
    if (this.isReady) this.#socket?.emit(event, payload, () => {})
  }

  #try() {
    this.#clock.cancel(this.#timer)
    this.#become({ phase: 'connecting', retryAt: null, code: null })
    const socket = this.#open(this.#backoff.tries)
    this.#socket = socket
    this.#draining = false
    this.#drainFor = null
    const mine = (/** @type {(...args: any[]) => void} */ run) => (/** @type {any[]} */ ...args) => {
      if (this.#socket === socket) run(...args)
    }
    socket.on('connect_error', mine(error => this.#refusedOrLost(error)))
    socket.on('disconnect', mine(reason => this.#fall(String(reason), this.#drainFor)))
    socket.onAny(mine((event, fact, ack) => this.#hear(event, fact, ack)))
    this.#timer = this.#clock.after(() => this.#fall('not ready in time', null), READY_WITHIN_MS)
    socket.connect()
  }

  /** @param {string} event @param {any} fact @param {unknown} ack */
  #hear(event, fact, ack) {
    if (ACKED.has(event) && typeof ack === 'function') ack({ ok: true })
    if (event === 'ready') {
      this.#clock.cancel(this.#timer)
      this.#backoff.reset()
      this.#events.get(event)?.tell(fact)
      // A listener may have closed or restarted meanwhile.
      if (this.#socket !== null && this.#state.phase === 'connecting') {
        this.#become({ phase: 'ready', retryAt: null, code: null })
      }
      return
    }
    if (event === 'drain') this.#drain(fact)
    this.#events.get(event)?.tell(fact)
  }

  /** Let what is under way be answered, then go and come back when we were told to. */
  #drain(/** @type {{reconnect_in_ms: number}} */ { reconnect_in_ms }) {
    this.#draining = true
    this.#drainFor = Math.max(0, Number(reconnect_in_ms) || 0)
    if (this.#pending.size === 0) this.#leave()
    else this.#timer = this.#clock.after(() => this.#leave(), DRAIN_WITHIN_MS)
  }

  #leave() {
    if (this.#draining && this.#socket !== null) this.#fall('drained', this.#drainFor)
  }

  /** @param {any} error */
  #refusedOrLost(error) {
    // The server's word carries `data` (even when undefined); trouble of a transport does not.
    const said = error !== null && typeof error === 'object' && 'data' in error && error.type === undefined
    const code = said ? String(error.data?.code ?? error.message) : null
    if (code === null || RETRY_CODES.has(code)) {
      const after = said && error.data?.after_ms
      this.#fall('could not connect', typeof after === 'number' ? after : null)
      return
    }
    this.#close('refused')
    this.#wanted = false
    this.#become({ phase: 'refused', retryAt: null, code })
  }

  /** @param {string} why @param {number | null} afterMs what the server asked for, else backoff */
  #fall(why, afterMs) {
    this.#close(why)
    if (!this.#wanted) return
    const wait = afterMs ?? this.#backoff.next()
    this.#timer = this.#clock.after(() => this.#try(), wait)
    this.#become({ phase: 'offline', retryAt: this.#clock.now() + wait, code: null })
  }

  /** @param {string} why */
  #close(why) {
    this.#clock.cancel(this.#timer)
    this.#draining = false
    const socket = this.#socket
    this.#socket = null
    socket?.disconnect()
    for (const fail of [...this.#pending]) fail(new ConnectionLost(why))
  }

  /** @param {ConnectionState} state */
  #become(state) {
    this.#state = state
    this.#changed.tell(state)
  }
}
