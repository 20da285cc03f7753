// What the agent does. Each asks the server and says in a sentence why it did not work.

import { clientId } from '../core/ids.js'
import { withKey } from './model.js'
import { conversationOf, foldAssigned, foldOfferEnded, isMine } from './store.js'
import { refusalWords, visitorName } from './wording.js'

/** @typedef {import('./drafts.js').Mode} Mode */
/** @typedef {import('./types.js').AgentConversation} AgentConversation */
/** @typedef {import('../core/outbox.js').Entry} Entry */

/** How long a resolution can be taken back, milliseconds; nothing is sent before. */
export const UNDO_MS = 5000
const TOAST_MS = 6000

/** Whole seconds that are left for taking back: 5 to 1. @param {number} ms */
export function secondsLeft(ms) {
  return Math.min(UNDO_MS / 1000, Math.max(1, Math.ceil(ms / 1000)))
}

const TYPING_EVERY_MS = 3000
/** Refusals that no second try can heal: the text goes back into the field. */
const GIVES_BACK = new Set(['not_assigned', 'taken', 'resolved', 'forbidden', 'not_found'])

/**
 * @typedef {object} ActionParts
 * @property {import('./model.js').Model} model
 * @property {import('../core/connection.js').Connection} connection
 * @property {import('../core/outbox.js').Outbox} outbox
 * @property {import('./drafts.js').Drafts} drafts
 * @property {import('./session.js').Session} session
 * @property {import('../core/clock.js').Clock} clock
 * @property {import('../core/words.js').Say} t
 */

export class Actions {
  #parts
  #model
  /** @type {unknown} */
  #toastTimer
  /** @type {Map<string, unknown>} */
  #leaving = new Map()
  #sending = Promise.resolve()
  #typing = { conversation: '', note: false, at: 0 }
  /** Newest seq that was reported as seen, by conversation. @type {Map<string, number>} */
  #seen = new Map()

  /** @param {ActionParts} parts */
  constructor(parts) {
    this.#parts = parts
    this.#model = parts.model
  }

  /** Show a conversation. @param {string} conversation */
  select(conversation) {
    const { model, session } = this.#parts
    const before = model.selected.value
    model.pane.value = 'talk'
    if (before === conversation) return
    this.stopTyping()
    const known = conversationOf(model.state.value, conversation)
    model.freshAfter.value = withKey(model.freshAfter.value, conversation, known !== null && known.unread > 0 && known.seen_by_agent > 0 ? known.seen_by_agent : undefined)
    model.selected.value = conversation
    session.follow(conversation)
    void this.loadContext(conversation)
  }

  /** Back to the list. */
  close() {
    this.stopTyping()
    this.#model.pane.value = 'queue'
  }

  /** @param {string} conversation */
  async loadContext(conversation) {
    const { contexts } = this.#model
    if (!contexts.value.has(conversation)) contexts.value = withKey(contexts.value, conversation, { state: 'loading', context: null })
    const answer = await this.#ask('context_get', { conversation }, true)
    const known = contexts.value.get(conversation)?.context ?? null
    contexts.value = withKey(contexts.value, conversation, answer ? { state: 'there', context: answer } : { state: known ? 'there' : 'missing', context: known })
  }

  /** @param {import('./types.js').Availability} availability */
  async setAvailability(availability) {
    const { state } = this.#model
    if ((await this.#ask('availability_set', { availability })) === null || state.value.me === null) return
    state.value = { ...state.value, me: { ...state.value.me, availability } }
  }

  /** @param {string} conversation */
  accept(conversation) {
    return this.#assign('offer_accept', conversation)
  }

  /** @param {string} conversation */
  async decline(conversation) {
    const { state } = this.#model
    if (await this.#ask('offer_decline', { conversation })) state.value = foldOfferEnded(state.value, { conversation })
  }

  /** @param {string} conversation */
  take(conversation) {
    return this.#assign('conversation_take', conversation)
  }

  /** @param {string} conversation */
  reopen(conversation) {
    return this.#assign('conversation_reopen', conversation)
  }

  /** @param {AgentConversation} conversation @param {{agent?: string, team?: string}} to @param {string} reason @param {string} target */
  async transfer(conversation, to, reason, target) {
    const payload = { conversation: conversation.conversation, fence: conversation.fence, client_id: clientId(), reason, ...to }
    const answer = await this.#ask('conversation_transfer', payload)
    if (answer) this.toast(this.#parts.t('console.transfer.done', { target }))
    return answer !== null
  }

  /** Resolve in five seconds, unless it is taken back or the visitor writes meanwhile. @param {AgentConversation} conversation */
  resolve({ conversation: id }) {
    const { model, clock, session, t } = this.#parts
    if (this.#leaving.has(id)) return
    const told = conversationOf(model.state.value, id)
    if (told === null || !isMine(model.state.value, told)) return
    if (!this.#parts.connection.isReady) return this.toast(t('console.refused.line'), true)
    const untilMs = session.now() + UNDO_MS
    model.leaving.value = withKey(model.leaving.value, id, untilMs)
    this.#leaving.set(id, clock.after(() => { void this.#resolveNow(id) }, UNDO_MS))
    const undo = () => this.keepOpen(id)
    this.toast(t('console.resolve.soon', { visitor: visitorName(t, told) }), false, { undo, untilMs })
  }

  /** Take a coming resolution back. @param {string} id @param {string} [why] said in a toast */
  keepOpen(id, why) {
    if (!this.#leaving.has(id)) return
    this.#parts.clock.cancel(this.#leaving.get(id))
    this.#leaving.delete(id)
    this.#model.leaving.value = withKey(this.#model.leaving.value, id, undefined)
    if (why === undefined) this.#model.toast.value = null
    else this.toast(why)
  }

  /** @param {string} id */
  async #resolveNow(id) {
    const { model } = this.#parts
    this.#leaving.delete(id)
    model.leaving.value = withKey(model.leaving.value, id, undefined)
    const told = conversationOf(model.state.value, id)
    if (told !== null && isMine(model.state.value, told)) await this.#ask('conversation_resolve', { conversation: id, fence: told.fence })
  }

  /** Send what the composer holds, one after the other. @param {AgentConversation} conversation @param {Mode} mode */
  send(conversation, mode) {
    this.#sending = this.#sending.then(() => this.#sendNow(conversation, mode))
    return this.#sending
  }

  /** Send a file to the visitor; its bytes go by HTTP. @param {AgentConversation} conversation @param {File} file */
  async attach(conversation, file) {
    const { connection, t } = this.#parts
    const failed = (/** @type {string} */ code) => this.toast(t('console.file.failed', { why: refusalWords(t, code) }), true)
    const { conversation: id, fence } = conversation
    const offer = await connection.request('file_offer', { client_id: clientId(), name: file.name || 'file', size: file.size, conversation: id, fence }).catch(() => ({ ok: false, code: 'timeout' }))
    if (!offer.ok) return failed(offer.code)
    const answer = await fetch(offer.upload, { method: 'POST', body: file, headers: { Accept: 'application/json' } }).catch(() => null)
    if (answer?.ok) return undefined
    return failed((await answer?.json().catch(() => null))?.error?.code ?? 'timeout')
  }

  /** Show the visitor a card. @param {AgentConversation} one @param {string} id the same for every try of one card @param {Record<string, unknown>} card @returns {Promise<boolean>} */
  async show({ conversation, fence }, id, card) {
    return (await this.#ask('card_send', { conversation, fence, client_id: id, ...card })) !== null
  }

  /** The field is cleared once the text is safe; what was typed meanwhile stays. @param {AgentConversation} conversation @param {Mode} mode */
  async #sendNow(conversation, mode) {
    const { drafts, outbox, t, model } = this.#parts
    const id = conversation.conversation
    const text = drafts.text(id, mode)
    if (text.trim() === '' || [...text].length > model.limit.value) return
    if (mode === 'reply' && !isMine(model.state.value, conversation)) return
    const payload = { conversation: id, kind: mode === 'reply' ? 'text' : 'note', body: { text } }
    try {
      await outbox.add({ event: 'message_send', lane: id, payload: mode === 'reply' ? { ...payload, fence: conversation.fence } : payload })
    } catch {
      return this.toast(t('console.refused.kept'), true)
    }
    const now = drafts.text(id, mode)
    drafts.write(id, mode, now.startsWith(text) ? now.slice(text.length) : now)
    this.stopTyping()
    model.refused.value = withKey(model.refused.value, id, undefined)
  }

  /** A reply was refused for good: say why, and put the text back where it was written. @param {Entry} entry */
  giveBack(entry) {
    const { model, drafts, outbox, session, t } = this.#parts
    if (!GIVES_BACK.has(entry.code ?? '')) return
    const mode = entry.payload.kind === 'note' ? 'note' : 'reply'
    if (drafts.text(entry.lane, mode).trim() !== '') return
    drafts.write(entry.lane, mode, entry.payload.body.text)
    model.refused.value = withKey(model.refused.value, entry.lane, refusalWords(t, entry.code ?? ''))
    model.modes.value = withKey(model.modes.value, entry.lane, mode)
    void outbox.discard(entry.client_id)
    void session.syncQueue()
  }

  /** Back into the field, from a bubble that failed or still waits. @param {Entry} entry */
  async edit(entry) {
    const { drafts, outbox, model } = this.#parts
    const mode = entry.payload.kind === 'note' ? 'note' : 'reply'
    if ((await outbox.discard(entry.client_id)) === null) return
    const there = drafts.text(entry.lane, mode)
    drafts.write(entry.lane, mode, there === '' ? entry.payload.body.text : `${entry.payload.body.text}\n${there}`)
    model.modes.value = withKey(model.modes.value, entry.lane, mode)
  }

  /** At every key in the composer; told at most every three seconds. @param {string} conversation @param {Mode} mode */
  typed(conversation, mode) {
    const now = this.#parts.clock.now()
    const { conversation: before, note, at } = this.#typing
    if (before === conversation && note === (mode === 'note') && now - at < TYPING_EVERY_MS) return
    this.#typing = { conversation, note: mode === 'note', at: now }
    this.#parts.connection.tell('typing_set', { conversation, typing: true, note: mode === 'note' })
  }

  /** The composer is empty, left or sent. */
  stopTyping() {
    const { conversation, note } = this.#typing
    if (conversation === '') return
    this.#typing = { conversation: '', note: false, at: 0 }
    this.#parts.connection.tell('typing_set', { conversation, typing: false, note })
  }

  /** The newest line of an own conversation is on the screen. @param {AgentConversation} one @param {number} seq */
  saw(one, seq) {
    const { model, connection } = this.#parts
    if (!connection.isReady || !isMine(model.state.value, one)) return
    if (seq <= Math.max(one.seen_by_agent, this.#seen.get(one.conversation) ?? 0)) return
    this.#seen.set(one.conversation, seq)
    void this.#ask('messages_seen', { conversation: one.conversation, seq }, true)
  }

  /** @param {string} text @param {boolean} [isProblem] @param {{undo?: () => void, untilMs?: number}} [more] */
  toast(text, isProblem = false, more = {}) {
    const { clock, model } = this.#parts
    clock.cancel(this.#toastTimer)
    model.toast.value = { text, isProblem, ...more }
    this.#toastTimer = clock.after(() => { model.toast.value = null }, more.undo ? UNDO_MS : TOAST_MS)
  }

  /** @param {string} event @param {string} conversation */
  async #assign(event, conversation) {
    const { state } = this.#model
    const answer = await this.#ask(event, { conversation })
    if (answer === null) {
      state.value = foldOfferEnded(state.value, { conversation })
      return false
    }
    state.value = foldAssigned(state.value, answer)
    this.#model.tab.value = 'mine'
    this.select(conversation)
    return true
  }

  /** @param {string} event @param {Record<string, any>} payload @param {boolean} [quietly] @returns {Promise<any>} null when refused or unanswered */
  async #ask(event, payload, quietly = false) {
    const { connection, session, t } = this.#parts
    try {
      const answer = await connection.request(event, payload)
      if (answer?.ok) return answer
      if (!quietly) {
        this.toast(refusalWords(t, String(answer?.code)), true)
        void session.syncQueue()
      }
    } catch {
      if (!quietly) this.toast(t('console.refused.line'), true)
    }
    return null
  }
}
