// What a visitor's conversation looks like from outside, and how the server's words on it are
// joined. Pure.

/** @import { Entry } from './outbox.js' */
/** @import { AuthorView, Limits, MessageView, PeopleView, VisitorState } from './wire.js' */

/**
 * @typedef {object} ChatState
 * @property {string | null} conversation
 * @property {VisitorState | null} view the server's word on it
 * @property {readonly MessageView[]} messages in the server's order, without a hole
 * @property {Entry[]} pending what was said and is not among `messages` yet
 * @property {PeopleView | null} people
 * @property {AuthorView | null} typing
 * @property {Limits} limits
 * @property {number} unread messages of people and bot that were not seen
 * @property {boolean} loaded whether `messages` was brought up to date once
 * @property {boolean} earlier whether more was said before the first of `messages`
 * @property {boolean} known whether this visitor has a token, so a conversation may exist
 */

/** Before anything is known. @type {ChatState} */
export const NOTHING = Object.freeze({
  conversation: null, view: null, messages: [], pending: [], people: null, typing: null,
  limits: { max_text_chars: 4000, max_sync_messages: 200 }, unread: 0, loaded: false, earlier: false, known: false,
})

/**
 * Join what we knew of a conversation with what the server says now. Facts may overtake each other
 * on their way: marks never go back, and an older state has no say but for them.
 *
 * @param {VisitorState | null} before
 * @param {VisitorState} now
 * @returns {VisitorState}
 */
export function mergeState(before, now) {
  if (before?.conversation !== now.conversation) return now
  const most = (/** @type {'head' | 'seen_by_agent' | 'seen_by_visitor'} */ mark) => Math.max(now[mark], before[mark])
  const newer = now.version < before.version ? before : now
  return { ...newer, head: most('head'), seen_by_agent: most('seen_by_agent'), seen_by_visitor: most('seen_by_visitor') }
}

/**
 * Whether a message is news to the visitor: said by people or bot, and not seen.
 *
 * @param {MessageView} message
 * @param {number} seen
 */
export function isUnread({ seq, author, kind }, seen) {
  return seq > seen && kind !== 'activity' && (author.kind === 'agent' || author.kind === 'bot')
}
