// What a person has said and the server has not yet. Writes an entry down before the first
// attempt, sends one at a time a conversation, and never gives up silently. Knows no socket: it is
// handed a way to send.

import { Backoff } from './backoff.js'
import { systemClock } from './clock.js'
import { clientId } from './ids.js'
import { Listeners } from './signal.js'
import { TabLock } from './tablock.js'

/** @typedef {import('./clock.js').Clock} Clock */
/** @typedef {import('./stores.js').EntryStore} EntryStore */
/** @typedef {import('./wire.js').Refused} Refused */

/**
 * @typedef {object} Entry
 * @property {string} client_id
 * @property {string} lane what is sent in order among itself, e.g. a conversation's id
 * @property {string} event the wire's event
 * @property {Record<string, any>} payload without client_id
 * @property {number} at_ms when the person pressed send
 * @property {number} order breaks ties within one millisecond
 * @property {'queued' | 'sending' | 'sent' | 'failed'} state
 * @property {string} [code] why it failed
 * @property {{conversation: string, seq: number, at_ms: number}} [landed] once it is `sent`
 */

/**
 * @typedef {{ok: true, conversation: string, seq: number, at_ms: number} | Refused} Answer
 */

/**
 * @typedef {object} OutboxOptions
 * @property {EntryStore} store
 * @property {(entry: Entry) => Promise<Answer>} send rejects for trouble of the network
 * @property {Clock} [clock]
 * @property {() => number} [random]
 * @property {LockManager} [locks] `navigator.locks`; without it every tab flushes what it wrote
 * @property {BroadcastChannel} [channel] tells the other tabs
 * @property {string} [name] of the lock
 * @property {() => string} [makeId]
 */

/** Entries on their way to the server. */
export class Outbox {
  #store
  #send
  #clock
  #random
  #channel
  #makeId
  #lock
  #order = 0
  #ready = false
  #changed = new Listeners()
  /** @type {Map<string, Entry>} */
  #entries = new Map()
  /** Lanes with a send in flight. @type {Set<string>} */
  #busy = new Set()
  /** Lanes that wait, and what wakes them. @type {Map<string, {backoff: Backoff, timer: unknown}>} */
  #waits = new Map()
  /** Ids that this tab must never send again. @type {Set<string>} */
  #done = new Set()

  /** @param {OutboxOptions} options */
  constructor(options) {
    this.#store = options.store
    this.#send = options.send
    this.#clock = options.clock ?? systemClock
    this.#random = options.random ?? Math.random
    this.#channel = options.channel
    this.#makeId = options.makeId ?? (() => clientId())
    this.#lock = new TabLock({
      locks: options.locks, name: options.name ?? 'outbox', clock: this.#clock,
      onHeld: () => { void this.#takeOver() },
    })
    this.#channel?.addEventListener('message', event => this.#hear(event.data))
  }

  /** Whether entries survive a reload. */
  get durable() {
    return this.#store.durable
  }

  /** Every entry, in the order it was said; those just sent included until `settle`. */
  get entries() {
    return [...this.#entries.values()].sort((a, b) => a.at_ms - b.at_ms || a.order - b.order)
  }

  /** @param {() => void} listener @returns {() => void} */
  subscribe(listener) {
    return this.#changed.add(listener)
  }

  /** Read what an earlier page left behind. */
  async open() {
    await this.#reload()
    this.#changed.tell()
  }

  /**
   * Write an entry down, then let it go its way. Rejects when it could not be kept at all: then
   * nothing was sent and the text must stay in the field.
   *
   * @param {{event: string, lane: string, payload: Record<string, any>}} what
   * @returns {Promise<Entry>}
   */
  async add({ event, lane, payload }) {
    /** @type {Entry} */
    const entry = {
      client_id: this.#makeId(), lane, event, payload, state: 'queued',
      at_ms: this.#clock.now(), order: this.#order++,
    }
    await this.#store.put(entry)
    // Whoever took over the lock meanwhile may have read it from storage and sent it already.
    if (!this.#entries.has(entry.client_id) && !this.#done.has(entry.client_id)) this.#set(entry)
    this.#flush()
    return entry
  }

  /** The socket is ready: ask for the lock, then send. */
  online() {
    this.#ready = true
    for (const lane of this.#waits.keys()) this.#wake(lane)
    if (this.#lock.held) this.#flush()
    else this.#lock.want()
  }

  /** The socket is gone. The lock is let go after five seconds, so that a luckier tab may send. */
  offline() {
    this.#ready = false
    this.#lock.doubt()
  }

  /** The page is hidden for good or frozen: let go at once. */
  suspend() {
    this.#ready = false
    this.#lock.release()
  }

  /**
   * The message came back from the server, or its seq is covered by what was synced.
   *
   * @param {(entry: Entry) => boolean} isThere
   */
  settle(isThere) {
    for (const entry of this.entries) if (isThere(entry)) void this.#forget(entry.client_id)
  }

  /** Try a failed entry again, under the same id. @param {string} id */
  async retry(id) {
    const entry = this.#entries.get(id)
    if (entry?.state !== 'failed') return
    const { code: _, ...rest } = entry
    await this.#store.put({ ...rest, state: 'queued' })
    this.#set({ ...rest, state: 'queued' })
    this.#flush()
  }

  /**
   * Take a failed or still waiting entry out and hand it back; null when it is on its way or gone.
   *
   * @param {string} id
   * @returns {Promise<Entry | null>}
   */
  async discard(id) {
    const entry = this.#entries.get(id)
    if (entry === undefined || entry.state === 'sending' || entry.state === 'sent') return null
    await this.#forget(id)
    return entry
  }

  async #takeOver() {
    await this.#reload()
    this.#changed.tell()
    this.#flush()
  }

  async #reload() {
    const stored = await this.#store.load()
    for (const entry of stored) {
      const known = this.#entries.get(entry.client_id)
      if (this.#done.has(entry.client_id) || (known !== undefined && this.#busy.has(entry.lane))) continue
      // Nobody knows how far a send got that another page began: send it again, the id makes it harmless.
      const state = entry.state === 'sending' ? 'queued' : entry.state
      this.#entries.set(entry.client_id, { ...entry, state })
      this.#order = Math.max(this.#order, entry.order + 1)
    }
    for (const [id, entry] of this.#entries) {
      const inFlight = entry.state === 'sending' || entry.state === 'sent'
      if (!inFlight && !stored.some(other => other.client_id === id)) this.#entries.delete(id)
    }
  }

  #flush() {
    if (!this.#ready || !this.#lock.held) return
    /** @type {Set<string>} */
    const seen = new Set()
    for (const entry of this.entries) {
      if (entry.state !== 'queued' || seen.has(entry.lane)) continue
      seen.add(entry.lane)
      if (!this.#busy.has(entry.lane) && this.#waits.get(entry.lane)?.timer === undefined) void this.#attempt(entry)
    }
  }

  /** @param {Entry} entry */
  async #attempt(entry) {
    const { client_id: id, lane } = entry
    this.#busy.add(lane)
    this.#set({ ...entry, state: 'sending' })
    /** @type {Answer | null} */
    let answer = null
    try {
      answer = await this.#send(entry)
    } catch {
      // Trouble of the network says nothing about the message: it waits.
    }
    this.#busy.delete(lane)
    if (!this.#done.has(id)) await this.#judge(entry, answer)
    if (this.#waits.get(lane)?.timer === undefined) this.#flush()
  }

  /** @param {Entry} entry @param {Answer | null} answer */
  async #judge(entry, answer) {
    const { client_id: id, lane } = entry
    if (answer?.ok) {
      this.#waits.delete(lane)
      const { conversation, seq, at_ms } = answer
      this.#set({ ...entry, state: 'sent', landed: { conversation, seq, at_ms } })
      await this.#store.remove(id).catch(() => {})
    } else if (answer !== null && !answer.retry) {
      this.#waits.delete(lane)
      const failed = { ...entry, state: /** @type {const} */ ('failed'), code: answer.code }
      this.#set(failed)
      await this.#store.put(failed).catch(() => {})
    } else {
      this.#set({ ...entry, state: 'queued' })
      this.#wait(lane, answer?.after_ms ?? null)
    }
  }

  /** @param {string} lane @param {number | null} afterMs */
  #wait(lane, afterMs) {
    const wait = this.#waits.get(lane) ?? { backoff: new Backoff(this.#random), timer: undefined }
    this.#clock.cancel(wait.timer)
    const jittered = wait.backoff.next()
    wait.timer = this.#clock.after(() => {
      wait.timer = undefined
      this.#flush()
    }, afterMs === null ? jittered : Math.max(afterMs, 1))
    this.#waits.set(lane, wait)
  }

  /** @param {string} lane */
  #wake(lane) {
    this.#clock.cancel(this.#waits.get(lane)?.timer)
    this.#waits.delete(lane)
  }

  /** @param {string} id */
  async #forget(id) {
    this.#done.add(id)
    if (!this.#entries.delete(id)) return
    this.#tell({ gone: id })
    await this.#store.remove(id).catch(() => {})
  }

  /** @param {Entry} entry */
  #set(entry) {
    this.#entries.set(entry.client_id, entry)
    this.#tell({ entry })
  }

  /** @param {{entry: Entry} | {gone: string}} news */
  #tell(news) {
    this.#channel?.postMessage({ outbox: 1, ...news })
    this.#changed.tell()
  }

  /** What another tab says. @param {any} news */
  #hear(news) {
    if (news?.outbox !== 1) return
    if (typeof news.gone === 'string') {
      this.#done.add(news.gone)
      this.#entries.delete(news.gone)
    } else if (news.entry && !this.#done.has(news.entry.client_id)) {
      this.#entries.set(news.entry.client_id, news.entry)
    }
    this.#changed.tell()
    this.#flush()
  }
}
