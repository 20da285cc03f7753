// The visitor's side of one conversation: comes back after any silence, repairs itself by syncing,
// sends through the outbox. Knows no screen: it keeps a plain state and says when it changed.

import { Backoff } from './backoff.js'
import { systemClock } from './clock.js'
import { ConnectionLost } from './connection.js'
import { clientId } from './ids.js'
import { Identity } from './identity.js'
import { MessageLog } from './log.js'
import { Listeners } from './signal.js'
import { isUnread, mergeState } from './state.js'
import { Typing } from './typing.js'

/** @import { Clock } from './clock.js' */
/** @import { Connection } from './connection.js' */
/** @import { Answer, Entry, Outbox } from './outbox.js' */
/** @import { ChatState } from './state.js' */
/** @import { TextStore } from './stores.js' */
/** @import { AuthorView, Heads, Limits, MessageView, Page, PeopleView, VisitorReady, VisitorState, VisitorSynced } from './wire.js' */

/** Everything a visitor writes in, in order; one at a time is sent. */
export const LANE = 'visitor'
/** Twice as many messages are held before the older half is let go. */
const KEPT = 200
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
  #backoff
  #changed = new Listeners()
  #news = new Listeners()
  /** @type {MessageLog | null} */
  #log = null
  /** @type {VisitorState | null} */
  #view = null
  /** @type {PeopleView | null} */
  #people = null
  /** @type {Limits} */
  #limits = { max_text_chars: 4000, max_sync_messages: 200 }
  #loaded = false
  #seen = 0
  #offset = 0
  #syncing = false
  #syncAgain = false
  /** @type {unknown} */
  #syncTimer

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
    this.#backoff = new Backoff(random)
    connection.on('ready', fact => this.#ready(fact))
    connection.on('message_created', fact => this.#created(fact.message))
    connection.on('message_updated', ({ conversation }) => { if (conversation === this.#log?.conversation) { this.#log?.clear(); void this.#sync() } })
    connection.on('conversation_updated', fact => this.#updated(fact.state))
    connection.on('messages_seen_by', fact => this.#seenBy(fact))
    connection.on('typing_changed', fact => this.#typingChanged(fact))
    connection.on('people_changed', fact => { this.#people = fact.people; this.#tell() })
    connection.on('heads', fact => this.#heads(fact.heads))
    connection.subscribe(state => this.#connectionChanged(state))
    outbox.subscribe(() => this.#tell())
  }

  /** @returns {ChatState} */
  get state() {
    const messages = this.#log?.messages ?? []
    return {
      conversation: this.#log?.conversation ?? null,
      view: this.#view,
      messages,
      pending: this.#outbox.entries.filter(({ client_id }) => !this.#log?.has(client_id)),
      people: this.#people,
      typing: this.#typing.other,
      limits: this.#limits,
      unread: messages.filter(message => isUnread(message, this.#seen)).length,
      loaded: this.#loaded,
      earlier: this.#log?.hasEarlier ?? false,
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
    const log = this.#log
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
    const log = this.#log
    const [first] = log?.messages ?? []
    if (log === null || first === undefined || !log.hasEarlier) return
    const answer = await this.#connection.request('history_get', { conversation: log.conversation, before: first.seq, limit: MORE })
    if (!answer.ok || log !== this.#log) return
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
    if (this.#log === null) return { ok: true }
    return this.#connection.request('conversation_leave', { conversation: this.#log.conversation, client_id: clientId() })
  }

  /** @returns {Promise<{ok: boolean, view?: string, text?: string, code?: string}>} */
  async transcriptLinks() {
    if (this.#log === null) throw new ConnectionLost('no conversation')
    return this.#connection.request('transcript_link', { conversation: this.#log.conversation })
  }

  /** Everything up to the newest message is on the screen. */
  markSeen() {
    const last = this.#log?.last ?? 0
    if (this.#log === null || last <= this.#seen) return
    this.#seen = last
    // Who reads along at the end of a long day needs no more of the morning than fits a few screens.
    if (this.#log.messages.length > 2 * KEPT) this.#log.trim(KEPT)
    this.#tell()
    this.#tellSeen()
  }

  /** Call at every key; says so at most every three seconds. @param {boolean} typing */
  setTyping(typing) {
    if (this.#log !== null) this.#typing.mine(typing)
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
    if (!answer.ok && answer.code === 'not_found' && this.#log !== null) {
      this.#moveTo(null)
      answer = await this.#post(entry)
    }
    if (answer.ok && answer.conversation !== this.#log?.conversation) {
      this.#moveTo(answer.conversation)
      void this.#sync()
    } else if (answer.ok) {
      this.#expect(answer.seq)
    }
    return answer
  }

  /** The broadcast follows its ack at once; where it does not, fetch the message. @param {number} seq */
  #expect(seq) {
    const log = this.#log
    this.#clock.after(() => {
      if (log === this.#log && seq > (log?.last ?? 0) && this.#connection.isReady) void this.#sync()
    }, BROADCAST_WITHIN_MS)
  }

  /** @param {Entry} entry @returns {Promise<Answer>} */
  #post({ event, payload, client_id }) {
    const conversation = this.#log?.conversation
    return this.#connection.request(event, { ...payload, client_id, ...(conversation && { conversation }) })
  }

  #forgetVisitor() {
    this.#identity.forget()
    this.#moveTo(null)
  }

  /** @param {VisitorReady} fact */
  #ready(fact) {
    this.#offset = fact.server_time_ms - this.#clock.now()
    this.#people = fact.people
    this.#limits = fact.limits
    this.#backoff.reset()
    if (!fact.authenticated && this.#identity.known) this.#forgetVisitor()
    this.#identity.authenticated = fact.authenticated
    this.#identity.identified = fact.identified ?? false
    if (this.#identity.known && !fact.authenticated) return this.#connection.restart()
    const live = fact.conversations.find(({ status }) => status !== 'resolved')
    const same = fact.conversations.find(({ conversation }) => conversation === this.#log?.conversation)
    const view = live ?? same ?? fact.conversations[0] ?? null
    if (view !== null && view.conversation !== this.#log?.conversation) this.#moveTo(view.conversation)
    if (view !== null) this.#adopt(view)
    else if (fact.authenticated) this.#moveTo(null)
    this.#tell()
    // The phase turns to ready after this; then sync, and only then the outbox.
  }

  /** @param {{phase: string}} state */
  #connectionChanged({ phase }) {
    if (phase === 'ready') {
      void this.#sync()
      return
    }
    this.#outbox.offline()
    this.#clock.cancel(this.#syncTimer)
    this.#typing.stop()
    this.#tell()
  }

  /** The one way of repair: at start, after a silence, at a gap, in doubt. */
  async #sync() {
    if (this.#syncing) {
      this.#syncAgain = true
      return
    }
    this.#syncing = true
    try {
      do {
        this.#syncAgain = false
        while (this.#connection.isReady && await this.#syncOnce()) { /* there is more */ }
      } while (this.#syncAgain && this.#connection.isReady)
      if (this.#connection.isReady) {
        this.#backoff.reset()
        this.#loaded = true
        this.#outbox.online()
        if (this.#seen > (this.#view?.seen_by_visitor ?? 0)) this.#tellSeen()
      }
    } catch (error) {
      if (!(error instanceof ConnectionLost)) throw error
      this.#syncLater(null)
    } finally {
      this.#syncing = false
      this.#tell()
    }
  }

  /** @returns {Promise<boolean>} whether to ask again */
  async #syncOnce() {
    const log = this.#log
    if (log === null) return false
    const want = { conversation: log.conversation, after: log.last, ...(log.last === 0 && { latest: AT_FIRST }), ...(log.epoch !== null && { epoch: log.epoch }) }
    const answer = await this.#connection.request('conversation_sync', { wants: [want] })
    if (!answer.ok) {
      this.#syncLater(answer.after_ms)
      throw new ConnectionLost(answer.code)
    }
    /** @type {VisitorSynced | undefined} */
    const synced = answer.conversations.find((/** @type {VisitorSynced} */ one) => one.conversation === log.conversation)
    if (log !== this.#log) return this.#log !== null
    if (synced === undefined || synced.missing) {
      this.#moveTo(null)
      return false
    }
    const more = log.merge(synced)
    if (synced.state !== null) this.#adopt(synced.state)
    this.#settle()
    return more
  }

  /** @param {number | null} afterMs */
  #syncLater(afterMs) {
    this.#clock.cancel(this.#syncTimer)
    if (!this.#connection.isReady) return
    this.#syncTimer = this.#clock.after(() => { void this.#sync() }, afterMs ?? this.#backoff.next())
  }

  /** @param {MessageView} message */
  #created(message) {
    if (message.conversation !== this.#log?.conversation) {
      // Only a conversation that came after ours can speak up by itself.
      if (this.#log !== null && this.#view?.status !== 'resolved') return
      this.#moveTo(message.conversation)
    }
    const log = /** @type {MessageLog} */ (this.#log)
    const result = log.apply(message)
    if (result === 'gap') void this.#sync()
    if (result !== 'applied') return
    if (message.author.kind !== 'visitor') this.#typing.stop()
    this.#settle()
    this.#tell()
    this.#news.tell(message)
  }

  /** @param {VisitorState} state */
  #updated(state) {
    if (state.conversation !== this.#log?.conversation) return
    this.#adopt(state)
    if (state.head > this.#log.last) void this.#sync()
    this.#tell()
  }

  /** @param {{conversation: string, seen_by_agent: number, seen_by_visitor: number}} marks */
  #seenBy({ conversation, seen_by_agent, seen_by_visitor }) {
    if (this.#view === null || conversation !== this.#log?.conversation) return
    this.#adopt({ ...this.#view, seen_by_agent, seen_by_visitor })
    this.#tell()
  }

  /** @param {{conversation: string, author: AuthorView, typing: boolean, note: boolean, expires_in_ms: number}} fact */
  #typingChanged({ conversation, author, typing, note, expires_in_ms }) {
    if (conversation !== this.#log?.conversation || author.kind === 'visitor' || note) return
    this.#typing.theirs(author, typing, expires_in_ms)
  }

  #sayTyping(/** @type {boolean} */ typing) {
    if (this.#log !== null) this.#connection.tell('typing_set', { conversation: this.#log.conversation, typing })
  }

  /** @param {Heads[]} heads */
  #heads(heads) {
    const mine = heads.find(({ conversation }) => conversation === this.#log?.conversation)
    if (mine === undefined) {
      if (this.#log === null && heads.length > 0) this.#moveTo(heads[0].conversation)
      else return
    } else {
      this.#seenBy(mine)
    }
    const behind = mine === undefined || mine.head > (this.#log?.last ?? 0) || mine.version > (this.#view?.version ?? -1)
    if (behind) void this.#sync()
  }

  /** Take over a state; marks never go back. @param {VisitorState} state */
  #adopt(state) {
    this.#view = mergeState(this.#view, state)
    this.#people = this.#view.people
    this.#seen = Math.max(this.#seen, state.seen_by_visitor)
  }

  #tellSeen() {
    const log = this.#log
    if (log !== null && this.#seen > 0) {
      this.#connection.tell('messages_seen', { conversation: log.conversation, seq: Math.min(this.#seen, log.last) })
    }
  }

  /** @param {string | null} conversation */
  #moveTo(conversation) {
    if (conversation === (this.#log?.conversation ?? null)) return
    this.#log = conversation === null ? null : new MessageLog(conversation)
    this.#view = null
    this.#typing.stop()
    this.#seen = 0
    this.#tell()
  }

  /** Let go of entries whose messages are in the log. */
  #settle() {
    const log = this.#log
    if (log === null) return
    this.#outbox.settle(({ client_id, landed }) =>
      log.has(client_id) || (landed?.conversation === log.conversation && landed.seq <= log.last))
  }

  #tell() {
    this.#changed.tell(this.state)
  }
}
