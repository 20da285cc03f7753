// How urgent a conversation is, and in which order the queue shows it. Pure; handed the time.

/** @typedef {import('./types.js').AgentConversation} AgentConversation */
/** @typedef {'calm' | 'warn' | 'late' | 'over' | 'idle' | 'bot' | 'done'} Level */
/** @typedef {{level: Level, since: number, share: number}} Urgency share: of the target, for the drawn wedge */

/** How soon a visitor should be answered, milliseconds. Source: LOOK of the console, timer rules. */
export const TARGET_MS = 120_000
const SOON = 0.6
const RANKS = new Map([['normal', 0], ['high', 1], ['urgent', 2]])

/** 0 normal, 1 high, 2 urgent. @param {string} priority */
export function rankOf(priority) {
  return RANKS.get(priority) ?? 0
}

/**
 * Where a conversation stands against the target.
 *
 * @param {AgentConversation} conversation
 * @param {number} now server time, milliseconds
 * @returns {Urgency}
 */
export function urgencyOf(conversation, now) {
  const { status } = conversation
  if (status === 'resolved') return { level: 'done', since: conversation.resolved_ms ?? conversation.last_message_ms, share: 0 }
  if (status === 'bot') return { level: 'bot', since: conversation.last_message_ms, share: 0 }
  const due = status === 'waiting'
    ? conversation.waiting_since_ms ?? conversation.answer_due_since_ms
    : conversation.answer_due_since_ms
  if (due === null) return { level: 'idle', since: conversation.last_message_ms, share: 0 }
  const share = Math.max(0, now - due) / TARGET_MS
  const level = share > 2 ? 'over' : share > 1 ? 'late' : share >= SOON ? 'warn' : 'calm'
  return { level, since: due, share: Math.min(1, share) }
}

const WEIGHT = { over: 2, late: 1, warn: 0, calm: 0, idle: -1, bot: -2, done: -3 }

/** Very late, late, priority, then the longest wait; those with the visitor by their last line. @param {number} now */
export function byUrgency(now) {
  return (/** @type {AgentConversation} */ a, /** @type {AgentConversation} */ b) => {
    const [one, other] = [urgencyOf(a, now), urgencyOf(b, now)]
    const weight = WEIGHT[other.level] - WEIGHT[one.level]
    if (weight !== 0) return weight
    const rank = rankOf(b.priority) - rankOf(a.priority)
    if (rank !== 0) return rank
    const isQuiet = one.level === 'idle' || one.level === 'bot' || one.level === 'done'
    const wait = isQuiet ? other.since - one.since : one.since - other.since
    return wait !== 0 ? wait : a.conversation < b.conversation ? -1 : 1
  }
}
