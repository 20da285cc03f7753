// The visitor's side of one conversation: comes back after any silence, repairs itself by syncing,
// sends through the outbox. Knows no screen: it keeps a plain state and says when it changed.

import { systemClock } from './clock.js'
import { ConnectionLost } from './connection.js'
import { clientId } from './ids.js'
import { Identity } from './identity.js'
import { Replica } from './replica.js'
import { Listeners } from './signal.js'
import { Sync } from './sync.js'
import { Typing } from './typing.js'

/** @import { Clock } from './clock.js' */
/** @import { Connection } from './connection.js' */
/** @import { Answer, Entry, Outbox } from './outbox.js' */
/** @import { ChatState } from './state.js' */
/** @import { TextStore } from './stores.js' */
/** @import { AuthorView, Heads, MessageView, Page, VisitorReady, VisitorState, VisitorSynced } from './wire.js' */

/** Everything a visitor writes in, in order; one at a time is sent. */
export const LANE = 'visitor'
/** So many of the newest messages are fetched at first, and so many more at a time. */
const AT_FIRST = 60
const MORE = 100
/** How long the broadcast of our own message may take, milliseconds. */
const BROADCAST_WITHIN_MS = 1500

/** The visitor's conversation. */
export class VisitorConversation {
  #connection
  #outbox
  #clock
  #identity
  #typing
  #sync
  #replica = new Replica()
  #changed = new Listeners()
  #news = new Listeners()
  #loaded = false
  #offset = 0

  /**
   * @param {{connection: Connection, outbox: Outbox, token: TextStore, site: string, language: string,
   *   page?: Page | null, clock?: Clock, random?: () => number}} parts
   *   outbox: one whose `send` is this object's `deliver`
   */
  constructor({ connection, outbox, token, site, language, page = null, clock = systemClock, random }) {
    this.#connection = connection
    this.#outbox = outbox
    this.#clock = clock
    this.#identity = new Identity({ connection, token, site, language, page })
    this.#typing = new Typing(clock, typing => this.#sayTyping(typing), () => this.#tell())
    this.#sync = new Sync({
      connection, clock, random,
      fetch: () => this.#fetch(),
      done: () => this.#upToDate(),
      ended: () => this.#tell(),
    })
    connection.on('ready', fact => this.#ready(fact))
    connection.on('message_created', fact => this.#created(fact.message))
    connection.on('message_updated', ({ conversation }) => { if (conversation === this.#replica.conversation) { this.#replica.log?.clear(); void this.#sync.run() } })
    connection.on('conversation_updated', fact => this.#updated(fact.state))
    connection.on('messages_seen_by', fact => { this.#replica.seenBy(fact); this.#tell() })
    connection.on('typing_changed', fact => this.#typingChanged(fact))
    connection.on('people_changed', fact => { this.#replica.people = fact.people; this.#tell() })
    connection.on('heads', fact => this.#heads(fact.heads))
    connection.subscribe(state => this.#connectionChanged(state))
    outbox.subscribe(() => this.#tell())
  }

  /** @returns {ChatState} */
  get state() {
    const { log, conversation, view, messages, people, limits, unread } = this.#replica
    return {
      conversation, view, messages, people, limits, unread,
      pending: this.#outbox.entries.filter(({ client_id }) => !log?.has(client_id)),
      typing: this.#typing.other,
      loaded: this.#loaded,
      earlier: log?.hasEarlier ?? false,
      known: this.#identity.known,
    }
  }

  /** Who we are to the server. */
  get identity() {
    return this.#identity
  }

  /** The server's time minus ours, milliseconds. */
  get offset() {
    return this.#offset
  }

  /** @param {(state: ChatState) => void} listener @returns {() => void} */
  subscribe(listener) {
    return this.#changed.add(listener)
  }

  /** Messages told live, not read as history. @param {(message: MessageView) => void} listener */
  onMessage(listener) {
    return this.#news.add(listener)
  }

  /** What `connect` says about us: the `auth` of the namespace, without version and client. */
  auth() {
    const { log } = this.#replica
    const resume = log?.epoch != null && { resume: { epoch: log.epoch, last: { [log.conversation]: log.last } } }
    return { ...this.#identity.auth(), ...resume }
  }

  /**
   * Say something. Resolves when it is written down; only then may the field be cleared.
   *
   * @param {string} text
   * @param {string | null} [choice] the value of the button that said it
   * @param {number | null} [replyTo] seq of the message it answers
   */
  send(text, choice = null, replyTo = null) {
    const body = { text, ...(choice !== null && { choice }), ...(replyTo !== null && { reply_to: replyTo }) }
    this.#typing.sent()
    return this.#outbox.add({ event: 'message_send', lane: LANE, payload: { kind: 'text', body } })
  }

  /** Ask for a person; goes the way of a message, so it survives being offline. */
  requestPerson() {
    return this.#outbox.add({ event: 'handoff_request', lane: LANE, payload: {} })
  }

  /**
   * Ask the server for something as the visitor, who is begun where there is none yet. Rejects with
   * `ConnectionLost`.
   *
   * @param {string} event
   * @param {Record<string, any>} payload
   * @returns {Promise<any>} the answer, a refusal included
   */
  async ask(event, payload) {
    return await this.#identity.start() ?? this.#connection.request(event, payload)
  }

  /** Fetch what was said before the first message that is here. */
  async earlier() {
    const { log } = this.#replica
    const [first] = log?.messages ?? []
    if (log === null || first === undefined || !log.hasEarlier) return
    const answer = await this.#connection.request('history_get', { conversation: log.conversation, before: first.seq, limit: MORE })
    if (!answer.ok || log !== this.#replica.log) return
    log.prepend(answer.epoch, answer.messages)
    this.#tell()
  }

  /** Forget who we are: the server erased it. */
  forget() {
    this.#forgetVisitor()
    this.#connection.restart()
  }

  /** End the conversation. Rejects with `ConnectionLost`. @returns {Promise<{ok: boolean, code?: string}>} */
  async leave() {
    const { conversation } = this.#replica
    if (conversation === null) return { ok: true }
    return this.#connection.request('conversation_leave', { conversation, client_id: clientId() })
  }

  /** @returns {Promise<{ok: boolean, view?: string, text?: string, code?: string}>} */
  async transcriptLinks() {
    const { conversation } = this.#replica
    if (conversation === null) throw new ConnectionLost('no conversation')
    return this.#connection.request('transcript_link', { conversation })
  }

  /** Everything up to the newest message is on the screen. */
  markSeen() {
    if (!this.#replica.markSeen()) return
    this.#tell()
    this.#tellSeen()
  }

  /** Call at every key; says so at most every three seconds. @param {boolean} typing */
  setTyping(typing) {
    if (this.#replica.log !== null) this.#typing.mine(typing)
  }

  /** The shopper went to another page. @param {Page} page */
  pageViewed(page) {
    this.#identity.page = page
    if (this.#identity.authenticated) this.#connection.tell('page_viewed', { page })
  }

  /** Another tab found or lost a token: connect as whoever we are now. */
  tokenChanged() {
    this.#tell()
    if (this.#identity.known !== this.#identity.authenticated) this.#connection.restart()
  }

  /**
   * Send one entry of the outbox. The outbox holds the lock meanwhile, so that one tab at a time
   * starts a visitor.
   *
   * @param {Entry} entry
   * @returns {Promise<Answer>}
   */
  async deliver(entry) {
    const refused = await this.#identity.start()
    if (refused !== null) return refused
    let answer = await this.#post(entry)
    if (!answer.ok && answer.code === 'unauthenticated') {
      this.#forgetVisitor()
      const again = await this.#identity.start()
      if (again !== null) return again
      answer = await this.#post(entry)
    }
    if (!answer.ok && answer.code === 'not_found' && this.#replica.log !== null) {
      this.#moveTo(null)
      answer = await this.#post(entry)
    }
    if (answer.ok && answer.conversation !== this.#replica.conversation) {
      this.#moveTo(answer.conversation)
      void this.#sync.run()
    } else if (answer.ok) {
      this.#expect(answer.seq)
    }
    return answer
  }

  /** The broadcast follows its ack at once; where it does not, fetch the message. @param {number} seq */
  #expect(seq) {
    const { log } = this.#replica
    this.#clock.after(() => {
      if (log === this.#replica.log && seq > this.#replica.last && this.#connection.isReady) void this.#sync.run()
    }, BROADCAST_WITHIN_MS)
  }

  /** @param {Entry} entry @returns {Promise<Answer>} */
  #post({ event, payload, client_id }) {
    const { conversation } = this.#replica
    return this.#connection.request(event, { ...payload, client_id, ...(conversation && { conversation }) })
  }

  #forgetVisitor() {
    this.#identity.forget()
    this.#moveTo(null)
  }

  /** @param {VisitorReady} fact */
  #ready(fact) {
    this.#offset = fact.server_time_ms - this.#clock.now()
    this.#replica.people = fact.people
    this.#replica.limits = fact.limits
    this.#sync.reset()
    if (!fact.authenticated && this.#identity.known) this.#forgetVisitor()
    this.#identity.authenticated = fact.authenticated
    this.#identity.identified = fact.identified ?? false
    if (this.#identity.known && !fact.authenticated) return this.#connection.restart()
    const { conversation } = this.#replica
    const live = fact.conversations.find(({ status }) => status !== 'resolved')
    const same = fact.conversations.find(one => one.conversation === conversation)
    const view = live ?? same ?? fact.conversations[0] ?? null
    if (view !== null) {
      this.#moveTo(view.conversation)
      this.#replica.adopt(view)
    } else if (fact.authenticated) {
      this.#moveTo(null)
    }
    this.#tell()
    // The phase turns to ready after this; then sync, and only then the outbox.
  }

  /** @param {{phase: string}} state */
  #connectionChanged({ phase }) {
    if (phase === 'ready') {
      void this.#sync.run()
      return
    }
    this.#outbox.offline()
    this.#sync.stop()
    this.#typing.stop()
    this.#tell()
  }

  /** Ask once for what is missing. */
  async #fetch() {
    const { log } = this.#replica
    if (log === null) return { more: false }
    const want = { conversation: log.conversation, after: log.last, ...(log.last === 0 && { latest: AT_FIRST }), ...(log.epoch !== null && { epoch: log.epoch }) }
    const answer = await this.#connection.request('conversation_sync', { wants: [want] })
    if (!answer.ok) return { afterMs: answer.after_ms }
    /** @type {VisitorSynced | undefined} */
    const synced = answer.conversations.find((/** @type {VisitorSynced} */ one) => one.conversation === log.conversation)
    if (log !== this.#replica.log) return { more: this.#replica.log !== null }
    if (synced === undefined || synced.missing) {
      this.#moveTo(null)
      return { more: false }
    }
    const more = this.#replica.merge(synced)
    this.#settle()
    return { more }
  }

  /** Nothing is missing: now what was said may go. */
  #upToDate() {
    this.#loaded = true
    this.#outbox.online()
    if (this.#replica.owesSeen) this.#tellSeen()
  }

  /** @param {MessageView} message */
  #created(message) {
    const replica = this.#replica
    if (message.conversation !== replica.conversation) {
      // Only a conversation that came after ours can speak up by itself.
      if (replica.log !== null && replica.view?.status !== 'resolved') return
      this.#moveTo(message.conversation)
    }
    const result = replica.log?.apply(message)
    if (result === 'gap') void this.#sync.run()
    if (result !== 'applied') return
    if (message.author.kind !== 'visitor') this.#typing.stop()
    this.#settle()
    this.#tell()
    this.#news.tell(message)
  }

  /** @param {VisitorState} state */
  #updated(state) {
    if (state.conversation !== this.#replica.conversation) return
    this.#replica.adopt(state)
    if (state.head > this.#replica.last) void this.#sync.run()
    this.#tell()
  }

  /** @param {{conversation: string, author: AuthorView, typing: boolean, note: boolean, expires_in_ms: number}} fact */
  #typingChanged({ conversation, author, typing, note, expires_in_ms }) {
    if (conversation !== this.#replica.conversation || author.kind === 'visitor' || note) return
    this.#typing.theirs(author, typing, expires_in_ms)
  }

  #sayTyping(/** @type {boolean} */ typing) {
    const { conversation } = this.#replica
    if (conversation !== null) this.#connection.tell('typing_set', { conversation, typing })
  }

  /** @param {Heads[]} heads */
  #heads(heads) {
    const { conversation } = this.#replica
    const mine = heads.find(one => one.conversation === conversation) ?? (conversation === null ? heads[0] : undefined)
    if (mine === undefined) return
    this.#moveTo(mine.conversation)
    this.#replica.seenBy(mine)
    if (this.#replica.isBehind(mine)) void this.#sync.run()
    this.#tell()
  }

  #tellSeen() {
    const { conversation, seen } = this.#replica
    if (seen > 0) this.#connection.tell('messages_seen', { conversation, seq: seen })
  }

  /** @param {string | null} conversation */
  #moveTo(conversation) {
    if (!this.#replica.moveTo(conversation)) return
    this.#typing.stop()
    this.#tell()
  }

  /** Let go of entries whose messages are in the log. */
  #settle() {
    this.#outbox.settle(entry => this.#replica.has(entry))
  }

  #tell() {
    this.#changed.tell(this.state)
  }
}
