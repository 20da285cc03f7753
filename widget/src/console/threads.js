// A log as the agent reads it: the bot's part apart, then days, runs of one author, notes. Pure.

import { lineOf } from './store.js'

/** @typedef {import('./types.js').MessageView} MessageView */

/**
 * The part that was said to the bot before a person came: up to the bot's last word before it.
 * What the visitor wrote after that word stays in the thread, for it wants an answer.
 *
 * @param {readonly MessageView[]} messages
 * @returns {{bot: readonly MessageView[], people: readonly MessageView[]}}
 */
export function splitBotPart(messages) {
  const joined = messages.findIndex(one => one.kind === 'activity'
    ? one.body.type === 'agent_joined' : one.author.kind === 'agent' && one.kind === 'text')
  if (joined < 0) return { bot: [], people: messages }
  let end = joined
  while (end > 0 && messages[end - 1].author.kind !== 'bot') end -= 1
  while (end > 0 && end < joined && messages[end].kind === 'activity') end += 1
  return { bot: messages.slice(0, end), people: messages.slice(end) }
}

/** What the bot tried last: the newest FAQ answer. @param {readonly MessageView[]} messages */
export function triedBy(messages) {
  for (let at = messages.length - 1; at >= 0; at -= 1) {
    const one = messages[at]
    if (one.kind === 'card') return { title: one.body.title, confidence: one.body.confidence }
  }
  return null
}

/**
 * @typedef {{type: 'day', key: string, at_ms: number} | {type: 'fresh', key: string} |
 *   {type: 'message', key: string, message: MessageView, follows: boolean}} Line
 */

const FOLLOWS_MS = 120_000

/**
 * Messages with the days between them; `follows` where the same author goes on within two minutes.
 *
 * @param {readonly MessageView[]} messages
 * @param {(ms: number) => string} dayOf key of a calendar day
 * @param {number} freshAfter seq after which the line "new" stands; a visitor's message must follow
 * @returns {Line[]}
 */
export function linesOf(messages, dayOf, freshAfter = Infinity) {
  /** @type {Line[]} */
  const lines = []
  /** @type {MessageView | null} */
  let before = null
  let isMarked = false
  for (const message of messages) {
    if (before === null || dayOf(before.at_ms) !== dayOf(message.at_ms)) {
      lines.push({ type: 'day', key: `day-${dayOf(message.at_ms)}`, at_ms: message.at_ms })
      before = null
    }
    if (!isMarked && message.seq > freshAfter && message.author.kind === 'visitor') {
      lines.push({ type: 'fresh', key: 'fresh' })
      isMarked = true
      before = null
    }
    lines.push({ type: 'message', key: `m-${message.seq}`, message, follows: follows(before, message) })
    before = message
  }
  return lines
}

/** @param {MessageView | null} before @param {MessageView} message */
function follows(before, message) {
  return before !== null && isBubble(before) && isBubble(message)
    && before.author.kind === message.author.kind && before.author.id === message.author.id
    && message.at_ms - before.at_ms < FOLLOWS_MS
}

/** @param {MessageView} message */
function isBubble(message) {
  return message.kind !== 'activity' && message.kind !== 'note'
}

/** What the plain transcript of the bot's part shows: lines and the buttons offered. @param {MessageView} message */
export function saidIn(message) {
  const options = message.kind === 'choices' ? message.body.options.map(option => option.label) : []
  return { text: lineOf(message), options }
}
