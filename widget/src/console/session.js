// Between the wire and the model: what the server tells is folded in, what is missing is fetched.

import { MessageLog } from '../core/log.js'
import { withKey } from './model.js'
import {
  conversationOf, foldBeacon, foldMessage, foldOfferEnded, foldOfferMade, foldPresence, foldQueue,
  foldQueueChanged, foldSeen, foldSynced, foldUpdated, isBehind, isMine,
} from './store.js'

/** @typedef {import('./model.js').Model} Model */
/** @typedef {import('./types.js').MessageView} MessageView */

/** A missed step is fetched after this pause, for its news may still be under way, milliseconds. */
const FETCH_AFTER_MS = 250
const MOST_LOGS = 20
const BACK_SHOWN_MS = 4000

/**
 * @typedef {object} Parts
 * @property {Model} model
 * @property {import('../core/connection.js').Connection} connection
 * @property {import('../core/outbox.js').Outbox} outbox
 * @property {import('./drafts.js').Drafts} drafts
 * @property {import('../core/clock.js').Clock} clock
 * @property {(fact: import('./types.js').AgentConversation, why: 'offer' | 'message', text: string) => void} call
 * @property {(entry: import('../core/outbox.js').Entry) => void} giveBack a refused reply
 */

export class Session {
  #parts
  #model
  #connection
  #outbox
  #clock
  #offset = 0
  #wasDown = false
  /** @type {unknown} */
  #fetching
  /** Conversations whose log is being fetched. @type {Set<string>} */
  #syncing = new Set()

  /** @param {Parts} parts */
  constructor(parts) {
    this.#parts = parts
    this.#model = parts.model
    this.#connection = parts.connection
    this.#outbox = parts.outbox
    this.#clock = parts.clock
    this.#listen()
  }

  /** Messages are no longer what they were: read them anew. @param {string} conversation */
  #anew(conversation) {
    const { logs } = this.#model
    if (!logs.value.has(conversation)) return
    logs.value = withKey(logs.value, conversation, new MessageLog(conversation))
    void this.syncLogs([conversation])
  }

  /** Server time, milliseconds. */
  now() {
    return this.#clock.now() + this.#offset
  }

  /** Let the clocks of the screen go on, and forget who stopped typing. */
  tick() {
    const now = this.now()
    this.#model.now.value = now
    for (const [conversation, typers] of this.#model.typing.value) {
      const still = new Map([...typers].filter(([, typer]) => typer.until > now))
      if (still.size === typers.size) continue
      this.#model.typing.value = withKey(this.#model.typing.value, conversation, still.size > 0 ? still : undefined)
    }
  }

  /** Follow a conversation: its log is fetched and kept whole from now on. @param {string} conversation */
  follow(conversation) {
    const { logs, selected } = this.#model
    const all = new Map(logs.value)
    const log = all.get(conversation) ?? new MessageLog(conversation)
    all.delete(conversation)
    all.set(conversation, log)
    for (const oldest of all.keys()) {
      if (all.size <= MOST_LOGS) break
      if (oldest !== selected.value && oldest !== conversation) all.delete(oldest)
    }
    logs.value = all
    void this.syncLogs([conversation])
  }

  /** What a reconnect says of us. */
  resume() {
    const { epoch } = this.#model.state.value
    if (epoch === '') return null
    const logs = [...this.#model.logs.value].slice(-50)
    return { epoch, last: Object.fromEntries(logs.map(([id, log]) => [id, log.last])) }
  }

  /** Fetch the whole picture. */
  async syncQueue() {
    this.#clock.cancel(this.#fetching)
    this.#fetching = undefined
    const queue = await this.#ask('queue_sync', {})
    if (queue === null) return
    this.#learnTime(queue.server_time_ms)
    this.#fold(foldQueue(this.#model.state.value, queue))
    this.#parts.drafts.adopt(queue.drafts)
  }

  /** Fetch what is missing of these logs. @param {readonly string[]} conversations */
  async syncLogs(conversations) {
    let wanted = conversations.filter(id => this.#model.logs.value.has(id) && !this.#syncing.has(id)).slice(0, 50)
    for (let round = 0; wanted.length > 0 && round < 50; round += 1) {
      for (const id of wanted) this.#syncing.add(id)
      const answer = await this.#ask('conversation_sync', { wants: wanted.map(id => this.#want(id)) })
      for (const id of wanted) this.#syncing.delete(id)
      if (answer === null) return
      wanted = answer.conversations.filter((/** @type {any} */ one) => this.#merge(one))
        .map((/** @type {any} */ one) => one.conversation)
    }
  }

  /** @param {string} id */
  #want(id) {
    const log = this.#model.logs.value.get(id)
    return { conversation: id, epoch: log?.epoch ?? null, after: log?.last ?? 0 }
  }

  /** @param {import('./types.js').AgentSynced} synced @returns {boolean} whether there is more */
  #merge(synced) {
    const log = this.#model.logs.value.get(synced.conversation)
    if (log === undefined) return false
    if (synced.missing) {
      this.#model.logs.value = withKey(this.#model.logs.value, synced.conversation, undefined)
      return false
    }
    const more = log.merge(synced)
    this.#model.state.value = foldSynced(this.#model.state.value, synced.state)
    this.#outbox.settle(entry => log.has(entry.client_id))
    this.#model.logTick.value += 1
    return more
  }

  #listen() {
    const { state } = this.#model
    /** @param {string} event @param {(fact: any) => void} run */
    const on = (event, run) => this.#connection.on(event, run)
    on('ready', fact => this.#ready(fact))
    on('message_created', ({ message }) => this.#message(message))
    on('message_updated', ({ conversation }) => this.#anew(conversation))
    on('conversation_updated', fact => this.#fold(foldUpdated(state.value, fact)))
    on('queue_changed', fact => this.#fold(foldQueueChanged(state.value, fact)))
    on('presence_changed', fact => this.#fold(foldPresence(state.value, fact)))
    on('messages_seen_by', fact => this.#fold(foldSeen(state.value, fact)))
    on('offer_ended', fact => this.#fold(foldOfferEnded(state.value, fact)))
    on('offer_made', fact => {
      const isNew = !state.value.offers.has(fact.offer.conversation)
      this.#fold(foldOfferMade(state.value, fact))
      if (isNew) this.#parts.call(fact.state, 'offer', fact.state.preview)
    })
    on('typing_changed', fact => this.#typing(fact))
    on('heads', fact => this.#beacon(fact))
    this.#connection.subscribe(line => this.#line(line))
    this.#outbox.subscribe(() => this.#entries())
  }

  /** @param {import('./store.js').State} next */
  #fold(next) {
    this.#model.state.value = next
    this.#followMine()
    if (isBehind(next) && next.known && this.#fetching === undefined) {
      this.#fetching = this.#clock.after(() => {
        this.#fetching = undefined
        if (isBehind(this.#model.state.value)) void this.syncQueue()
      }, FETCH_AFTER_MS)
    }
  }

  /** The messages of a conversation are told to those who follow it: follow each of our own. */
  #followMine() {
    const { state, logs } = this.#model
    if (!this.#connection.isReady) return
    for (const one of state.value.conversations.values()) {
      if (isMine(state.value, one) && !logs.value.has(one.conversation)) this.follow(one.conversation)
    }
  }

  /** @param {import('./types.js').AgentReady} fact */
  #ready({ server_time_ms, limits, me }) {
    this.#learnTime(server_time_ms)
    this.#model.limit.value = limits.max_text_chars
    this.#model.state.value = { ...this.#model.state.value, me }
  }

  /** @param {number} serverTimeMs */
  #learnTime(serverTimeMs) {
    this.#offset = serverTimeMs - this.#clock.now()
    this.tick()
  }

  /** @param {import('../core/connection.js').ConnectionState} line */
  #line(line) {
    const { model } = this.#parts
    model.line.value = line
    if (line.phase === 'ready') {
      model.wasReady.value = true
      void this.#repair()
    } else {
      this.#wasDown ||= model.wasReady.value && line.phase === 'offline'
      this.#outbox.offline()
    }
  }

  /** The line is back: first what we missed, then what we have to say. */
  async #repair() {
    const waiting = this.#outbox.entries.filter(entry => entry.state === 'queued' && entry.payload.kind === 'text').length
    await Promise.all([this.syncQueue(), this.syncLogs([...this.#model.logs.value.keys()])])
    if (!this.#connection.isReady) return
    this.#outbox.online()
    this.#parts.drafts.flush()
    if (!this.#wasDown) return
    this.#wasDown = false
    this.#model.back.value = waiting
    this.#clock.after(() => { this.#model.back.value = null }, BACK_SHOWN_MS)
  }

  /** @param {MessageView} message */
  #message(message) {
    const { conversation, author } = message
    const { state, logs } = this.#model
    const isNews = message.seq > (conversationOf(state.value, conversation)?.head ?? 0)
    this.#fold(foldMessage(state.value, message))
    this.#model.typing.value = this.#without(conversation, author)
    const log = logs.value.get(conversation)
    if (log !== undefined) {
      if (log.apply(message) === 'gap') void this.syncLogs([conversation])
      this.#outbox.settle(entry => log.has(entry.client_id))
      this.#model.logTick.value += 1
    } else if (message.client_id !== null) {
      this.#outbox.settle(entry => entry.client_id === message.client_id)
    }
    const told = conversationOf(state.value, conversation)
    if (isNews && author.kind === 'visitor' && told !== null && isMine(state.value, told) && 'text' in message.body) {
      this.#parts.call(told, 'message', message.body.text)
    }
  }

  /** @param {{conversation: string, author: import('./types.js').AuthorView, typing: boolean, note: boolean, expires_in_ms: number}} fact */
  #typing({ conversation, author, typing, note, expires_in_ms }) {
    if (author.id !== null && author.id === this.#model.state.value.me?.id) return
    const others = this.#without(conversation, author)
    if (!typing) {
      this.#model.typing.value = others
      return
    }
    const typers = new Map(others.get(conversation))
    typers.set(author.id ?? author.kind, {
      name: author.name, kind: author.kind, id: author.id, note, until: this.now() + expires_in_ms,
    })
    this.#model.typing.value = withKey(others, conversation, typers)
  }

  /** @param {string} conversation @param {import('./types.js').AuthorView} author */
  #without(conversation, author) {
    const { typing } = this.#model
    const typers = typing.value.get(conversation)
    if (!typers?.has(author.id ?? author.kind)) return typing.value
    const rest = new Map(typers)
    rest.delete(author.id ?? author.kind)
    return withKey(typing.value, conversation, rest.size > 0 ? rest : undefined)
  }

  /** @param {{heads: import('./types.js').Heads[], queue_revision: number | null}} fact */
  #beacon(fact) {
    const { state, logs } = this.#model
    const { state: next, stale } = foldBeacon(state.value, fact, id => logs.value.get(id)?.last ?? null)
    this.#fold(next)
    if (stale.length > 0) void this.syncLogs(stale)
  }

  #entries() {
    this.#model.entries.value = this.#outbox.entries
    for (const entry of this.#outbox.entries) if (entry.state === 'failed') this.#parts.giveBack(entry)
    this.#outbox.settle(entry => entry.state === 'sent'
      && (this.#model.logs.value.get(entry.lane)?.last ?? Infinity) >= (entry.landed?.seq ?? Infinity))
  }

  /** @param {string} event @param {Record<string, any>} payload @returns {Promise<any>} null when it did not come */
  async #ask(event, payload) {
    try {
      const answer = await this.#connection.request(event, payload)
      return answer?.ok ? answer : null
    } catch {
      return null
    }
  }
}
