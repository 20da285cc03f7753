// What the thread shows, as rows: days, activities, groups of bubbles. Pure: no words, no screen.

/** @typedef {import('../core/wire.js').MessageView} MessageView */
/** @typedef {import('../core/wire.js').AuthorView} AuthorView */
/** @typedef {import('../core/outbox.js').Entry} Entry */

/**
 * @typedef {'sending' | 'sent' | 'queued' | 'failed' | 'none'} Delivery
 * @typedef {object} Item
 * @property {string} key stays the same when a pending bubble becomes the real message
 * @property {MessageView | null} message
 * @property {Entry | null} entry
 * @property {Delivery} delivery
 * @property {number} atMs
 *
 * @typedef {{type: 'day', key: string, atMs: number} | {type: 'new', key: string} |
 *   {type: 'activity', key: string, atMs: number, message: MessageView | null, entry: Entry | null} |
 *   {type: 'group', key: string, author: AuthorView, mine: boolean, delivery: Delivery, items: Item[], atMs: number}} Row
 */

/** Bubbles of one author within so many milliseconds belong together. */
const TOGETHER_MS = 180_000
/** And no more than so many, so that a flood never draws the whole of it again for each line. */
const TOGETHER_MOST = 12
const ME = /** @type {const} */ ({ kind: 'visitor', name: '', id: null })
/** Activities that visitors are told; the others are the team's own. */
export const TOLD = new Set([
  'handoff_requested', 'handed_off', 'nobody_accepted', 'nobody_free', 'agent_joined', 'agent_lost', 'agent_left',
  'transferred', 'resolved', 'reopened', 'returned', 'details_gathered', 'erased',
])

/**
 * Lay out a conversation.
 *
 * @param {readonly MessageView[]} messages
 * @param {readonly Entry[]} pending
 * @param {{dayKey: (ms: number) => string, newFrom?: number}} options newFrom: seq of the first
 *   message that was unread when the panel was opened; 0 for none
 * @returns {Row[]}
 */
export function rowsOf(messages, pending, { dayKey, newFrom = 0 }) {
  /** @type {Row[]} */
  const rows = []
  let day = ''
  let marked = newFrom === 0

  /** @param {number} atMs */
  const begin = atMs => {
    const today = dayKey(atMs)
    if (today === day) return
    day = today
    rows.push({ type: 'day', key: `day-${today}`, atMs })
  }
  /** @param {AuthorView} author @param {boolean} mine @param {Item} item */
  const put = (author, mine, item) => {
    const last = rows.at(-1)
    const joins = last?.type === 'group' && last.mine === mine && last.author.kind === author.kind && last.author.id === author.id &&
      last.author.name === author.name && last.delivery === item.delivery && item.atMs - last.atMs < TOGETHER_MS && last.items.length < TOGETHER_MOST
    if (joins) {
      last.items.push(item)
      last.atMs = item.atMs
    } else {
      rows.push({ type: 'group', key: item.key, author, mine, delivery: item.delivery, items: [item], atMs: item.atMs })
    }
  }

  for (const message of messages) {
    const { at_ms: atMs, kind, author, seq } = message
    if (kind === 'activity' && !TOLD.has(message.body.type)) continue
    begin(atMs)
    if (!marked && seq >= newFrom) {
      marked = true
      rows.push({ type: 'new', key: 'new' })
    }
    if (kind === 'activity' || kind === 'rating') {
      rows.push({ type: 'activity', key: `seq-${seq}`, atMs, message, entry: null })
      continue
    }
    const key = message.client_id ?? `seq-${seq}`
    put(author, author.kind === 'visitor', { key, message, entry: null, delivery: 'none', atMs })
  }
  for (const entry of pending) {
    begin(entry.at_ms)
    if (entry.event !== 'message_send') {
      rows.push({ type: 'activity', key: entry.client_id, atMs: entry.at_ms, message: null, entry })
      continue
    }
    put(ME, true, { key: entry.client_id, message: null, entry, delivery: entry.state, atMs: entry.at_ms })
  }
  return rows
}

/**
 * The question the bot waits for an answer to, or null: the last thing said is a form and nothing
 * of ours is under way.
 *
 * @param {readonly MessageView[]} messages
 * @param {readonly Entry[]} pending
 * @returns {import('../core/wire.js').FormView | null}
 */
export function openForm(messages, pending) {
  if (pending.some(({ state }) => state !== 'failed')) return null
  const last = messages.findLast(({ kind }) => kind !== 'activity')
  return last?.kind === 'form' ? last.body : null
}

/**
 * Whether a person's answer is awaited: nobody took the conversation yet, or who took it has not spoken
 * since the visitor did.
 *
 * @param {import('../core/wire.js').VisitorState | null} view
 * @param {readonly MessageView[]} messages
 */
export function isAwaited(view, messages) {
  const last = messages.findLast(({ kind, author }) => kind !== 'activity' && author.kind !== 'bot')
  return view?.status === 'waiting' || (view?.status === 'open' && last?.author.kind === 'visitor')
}

/**
 * Slots the visitor has answered in the flow that is still going on, by the answer's seq: those may
 * be corrected. What only this shop asks for (it carries its own label) is corrected in the summary.
 *
 * @param {readonly MessageView[]} messages
 * @returns {Map<number, string>}
 */
export function correctable(messages) {
  const said = messages.filter(({ kind }) => kind !== 'activity')
  /** @type {Map<number, string>} */
  const slots = new Map()
  const last = said.findLast(({ author }) => author.kind === 'bot')
  const goesOn = last?.kind === 'form' || (last?.kind === 'choices' && last.body.purpose === 'confirm')
  if (!goesOn) return slots
  /** @type {Map<string, number>} */
  const newest = new Map()
  said.forEach((message, at) => {
    const before = said[at - 1]
    if (message.author.kind !== 'visitor' || before?.kind !== 'form' || message.kind !== 'text' || message.body.choice !== null) return
    if (before.body.label === '') newest.set(before.body.slot, message.seq)
  })
  // What is being asked (again) is corrected by answering.
  const asked = last.kind === 'form' ? last.body.slot : null
  for (const [slot, seq] of newest) if (last.seq > seq && slot !== asked) slots.set(seq, slot)
  return slots
}
