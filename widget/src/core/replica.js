// What this browser knows of the visitor's conversation: its messages, the server's word on it, and
// how far it was read. Asks nobody and tells nobody.

import { MessageLog } from './log.js'
import { NOTHING, isUnread, mergeState } from './state.js'

/** @import { Entry } from './outbox.js' */
/** @import { Heads, Limits, PeopleView, VisitorState, VisitorSynced } from './wire.js' */

/** Twice as many messages are held before the older half is let go. */
const KEPT = 200

/** The copy of one conversation, or of none. */
export class Replica {
  /** @type {MessageLog | null} */
  #log = null
  /** @type {VisitorState | null} */
  #view = null
  #seen = 0
  /** @type {PeopleView | null} */
  people = null
  /** @type {Limits} */
  limits = NOTHING.limits

  get log() {
    return this.#log
  }

  get view() {
    return this.#view
  }

  get conversation() {
    return this.#log?.conversation ?? null
  }

  /** Newest seq that is here. */
  get last() {
    return this.#log?.last ?? 0
  }

  get messages() {
    return this.#log?.messages ?? []
  }

  get unread() {
    return this.messages.filter(message => isUnread(message, this.#seen)).length
  }

  /** Up to which seq the visitor has read, as far as the server can know these; 0 for nothing. */
  get seen() {
    return Math.min(this.#seen, this.last)
  }

  /** Whether the visitor has read more than the server was told. */
  get owesSeen() {
    return this.#seen > (this.#view?.seen_by_visitor ?? 0)
  }

  /** Go over to another conversation, or to none. @param {string | null} conversation @returns {boolean} whether it is another one */
  moveTo(conversation) {
    if (conversation === this.conversation) return false
    this.#log = conversation === null ? null : new MessageLog(conversation)
    this.#view = null
    this.#seen = 0
    return true
  }

  /** Take over a state; marks never go back. @param {VisitorState} state */
  adopt(state) {
    this.#view = mergeState(this.#view, state)
    this.people = this.#view.people
    this.#seen = Math.max(this.#seen, state.seen_by_visitor)
  }

  /** Take over the marks alone. @param {{conversation: string, seen_by_agent: number, seen_by_visitor: number}} marks */
  seenBy({ conversation, seen_by_agent, seen_by_visitor }) {
    if (this.#view === null || conversation !== this.conversation) return
    this.adopt({ ...this.#view, seen_by_agent, seen_by_visitor })
  }

  /** Take in the answer to a sync. @param {VisitorSynced} synced @returns {boolean} whether there is more */
  merge(synced) {
    const more = this.#log?.merge(synced) ?? false
    if (synced.state !== null) this.adopt(synced.state)
    return more
  }

  /** Everything that is here was on the screen. @returns {boolean} whether that is news */
  markSeen() {
    const log = this.#log
    if (log === null || log.last <= this.#seen) return false
    this.#seen = log.last
    // Who reads along at the end of a long day needs no more of the morning than fits a few screens.
    if (log.messages.length > 2 * KEPT) log.trim(KEPT)
    return true
  }

  /** Whether the server has more, by its own word. @param {Heads} heads of this conversation */
  isBehind({ head, version }) {
    return head > this.last || version > (this.#view?.version ?? -1)
  }

  /** Whether what an entry says is among the messages. @param {Entry} entry */
  has({ client_id, landed }) {
    const log = this.#log
    return log !== null && (log.has(client_id) || (landed?.conversation === log.conversation && landed.seq <= log.last))
  }
}
