// Facts as sentences in the agent's language. Pure; handed the words.

/** @typedef {import('../core/words.js').Say} Say */
/** @typedef {import('./types.js').AgentConversation} AgentConversation */
/** @typedef {import('./types.js').ActivityView} ActivityView */
/** @typedef {import('./types.js').AuthorView} AuthorView */

const HOUR_MS = 3_600_000

const REASONS = new Set(['asked', 'no_answer', 'not_helped', 'complaint', 'urgent', 'stuck', 'too_many_turns', 'policy', 'bot_error'])
const WHYS = new Set(['entry', 'clarify', 'none', 'rule', 'flow', 'small_talk', 'handoff', 'order', 'guard', 'error'])
const REFUSALS = new Set([
  'bad_request', 'too_large', 'unauthenticated', 'forbidden', 'not_found', 'not_assigned', 'taken', 'full',
  'not_available', 'resolved', 'client_id_conflict', 'rate_limited', 'unavailable', 'draining', 'timeout',
])
const SLOTS = new Set(['name', 'contact', 'email', 'phone', 'order', 'question'])
const ACTIVITIES = new Set([
  'handoff_requested', 'handed_off', 'nobody_accepted', 'nobody_free', 'agent_joined', 'agent_lost',
  'agent_left', 'transferred', 'transfer_reason', 'resolved', 'reopened', 'returned', 'offer_made',
  'offer_declined', 'offer_missed', 'details_gathered', 'erased', 'answers_by_mail', 'answers_mailed',
  'answers_failed', 'answers_stopped',
])

/** The visitor's name, or what stands for it. @param {Say} t @param {{visitor_name: string, visitor: string}} conversation */
export function visitorName(t, conversation) {
  return conversation.visitor_name || t('console.visitor.nameless', { id: conversation.visitor.slice(-4).toUpperCase() })
}

/** Who wrote a message. @param {Say} t @param {AuthorView} author @param {string} visitor the visitor's name */
export function authorName(t, author, visitor) {
  if (author.kind === 'visitor') return author.name || visitor
  if (author.kind === 'bot') return t('console.bot')
  return author.name || t('console.someone')
}

/** Two letters of a name; "?" when it has none. @param {string} name @param {string} language */
export function initials(name, language) {
  const words = name.split(/\s+/).filter(word => /\p{L}/u.test(word))
  if (words.length === 0) return '?'
  const letters = words.length === 1 ? [words[0]] : [words[0], words[words.length - 1]]
  return letters.map(word => [...word].find(char => /\p{L}/u.test(char)) ?? '').join('').toLocaleUpperCase(language)
}

/** A handoff's reason. @param {Say} t @param {string} reason */
export function reasonWords(t, reason) {
  return REASONS.has(reason) ? t(`console.reason.${reason}`) : reason
}

/**
 * Why the bot said something, as one line: what spoke, how sure it was, what came second, what it read.
 *
 * @param {Say} t
 * @param {import('../core/wire.js').WhyView} why
 */
export function whyWords(t, why) {
  /** @param {number} share */
  const percent = share => t('console.percent', { count: Math.round(share * 100) })
  const parts = [why.kind === 'helped' ? t(`console.why.${why.judgement === 'helped' ? 'helped' : 'did_not_help'}`, { key: why.key })
    : t(`console.why.${WHYS.has(why.kind) ? why.kind : 'guard'}`, { key: why.key })]
  if (why.version !== '' && why.version !== '0') parts.push(t('console.why.version', { version: why.version }))
  if (why.confidence !== null && why.kind !== 'helped') parts.push(t('console.bot.confidence', { percent: percent(why.confidence) }))
  if (why.runner_up !== '' && why.runner_up_confidence !== null) parts.push(t('console.why.second', { key: why.runner_up, percent: percent(why.runner_up_confidence) }))
  if (why.slots.length > 0) parts.push(t('console.why.read', { slots: why.slots.map(slot => slotWords(t, slot)).join(', ') }))
  parts.push(t('console.why.took', { count: Math.max(1, Math.round(why.took_ms)) }))
  return parts.join(' · ')
}

/** A refusal, by its stable code. @param {Say} t @param {string} code */
export function refusalWords(t, code) {
  return t(`console.refused.${REFUSALS.has(code) ? code : 'timeout'}`)
}

/** The name of a gathered detail. @param {Say} t @param {string} slot */
export function slotWords(t, slot) {
  return SLOTS.has(slot) ? t(`console.slot.${slot}`) : slot
}

/** A change of state as one sentence. @param {Say} t @param {ActivityView} body */
export function activityWords(t, body) {
  const { type, reason } = body
  const someone = t('console.someone')
  const actor = body.actor || someone
  const values = { actor, target: body.target || someone, agent: body.target || actor, reason: reasonWords(t, reason) }
  if (!ACTIVITIES.has(type)) return t('console.activity.unknown')
  if (type === 'resolved') {
    if (reason === 'visitor') return t('console.activity.resolved_by_visitor')
    if (reason === 'idle') return t('console.activity.resolved_idle')
    return t('console.activity.resolved', values)
  }
  if (type === 'answers_stopped' && reason === 'receiver') return t('console.activity.answers_refused')
  if (type === 'handed_off' && reason === '') return t('console.activity.handed_off_plain')
  return t(`console.activity.${type}`, values)
}

/** 02:15 below an hour, then 1 sa 5 dk. @param {{timer: (ms: number) => string, duration: (ms: number) => string}} times @param {number} ms */
export function clockWords(times, ms) {
  return ms < HOUR_MS ? times.timer(ms) : times.duration(ms)
}

/** Who the last line is by, where it is not the visitor. @param {Say} t @param {AgentConversation} one @param {boolean} isMine */
export function previewBy(t, one, isMine) {
  if (one.preview_author === 'bot') return t('console.preview.bot')
  if (one.preview_author !== 'agent') return ''
  return isMine ? t('console.preview.you') : t('console.preview.agent')
}

/** The address of a page without what only machines read. @param {string} url */
export function pathOf(url) {
  try {
    const { host, pathname } = new URL(url)
    return pathname === '/' ? host : decodeURI(pathname)
  } catch {
    return url
  }
}
