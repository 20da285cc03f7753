// Facts folded into the old state give what a fresh fetch gives, or say that one is due.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  NOTHING, conversationOf, foldAssigned, foldBeacon, foldMessage, foldOfferEnded, foldOfferMade, foldPresence,
  foldQueue, foldQueueChanged, foldSeen, foldSynced, foldUpdated, isBehind, isMine,
} from '../../src/console/store.js'
import { BURAK, ELIF, activity, conversation, message, mine, queue } from './cast.js'

const start = (...conversations) => foldQueue(NOTHING, queue(conversations))

test('nothing is known before the first fetch', () => {
  assert.equal(isBehind(NOTHING), true)
  assert.equal(isBehind(start()), false)
})

test('events folded into the old state equal a fresh fetch', () => {
  const old = start(conversation('c1'), conversation('c2'))
  const taken = mine('c1', { version: 2, fence: 1, head: 2 })
  let folded = foldQueueChanged(old, { revision: 6, removed: [] })
  folded = foldUpdated(folded, { state: taken, revision: 6 })
  folded = foldPresence(folded, { agent: { ...ELIF, load: 2 } })
  folded = foldQueueChanged(folded, { revision: 7, removed: ['c2'] })
  const fresh = foldQueue(NOTHING, queue([taken], { revision: 7, agents: [{ ...ELIF, load: 2 }, BURAK], me: { ...ELIF, load: 2 } }))
  assert.deepEqual(folded, fresh)
})

test('every message moves a row as a fetch would', () => {
  const old = start(mine('c1', { unread: 0, answer_due_since_ms: null, head: 1, seen_by_agent: 1 }))
  let folded = foldMessage(old, message(2))
  assert.deepEqual(conversationOf(folded, 'c1'), mine('c1', {
    head: 2, unread: 1, answer_due_since_ms: 2000, last_message_ms: 2000, preview: 'söz 2', seen_by_agent: 1,
  }))
  folded = foldMessage(folded, message(3, 'agent', { kind: 'note' }))
  assert.equal(conversationOf(folded, 'c1').answer_due_since_ms, 2000, 'a note stops no clock')
  assert.equal(conversationOf(folded, 'c1').preview, 'söz 2', 'a note is no last line')
  folded = foldMessage(folded, message(4, 'agent'))
  assert.equal(conversationOf(folded, 'c1').answer_due_since_ms, null, 'a reply does')
  assert.equal(conversationOf(foldMessage(folded, activity(5, 'offer_made')), 'c1').last_message_ms, 4000)
  assert.equal(foldMessage(folded, message(4, 'agent')), folded, 'what was told twice counts once')
})

test('a missed announcement asks for a fetch, steps in order do not', () => {
  const next = foldQueueChanged(start(), { revision: 6, removed: [] })
  assert.equal(isBehind(next), false)
  assert.equal(isBehind(foldQueueChanged(next, { revision: 8, removed: [] })), true)
  assert.equal(isBehind(foldBeacon(next, { heads: [], queue_revision: 7 }, () => null).state), true)
})

test('an older state never replaces a newer one', () => {
  const state = start(mine('c1', { version: 4, head: 9 }))
  const older = foldUpdated(state, { state: conversation('c1', { version: 3, head: 10 }), revision: 5 })
  assert.equal(conversationOf(older, 'c1').version, 4)
  assert.equal(conversationOf(foldSynced(state, conversation('c1', { version: 4, head: 8 })), 'c1').head, 9)
  assert.equal(conversationOf(foldQueue(state, queue([conversation('c1')])), 'c1').version, 4)
})

test('a resolved conversation leaves the queue and can still be read', () => {
  const state = foldUpdated(start(mine('c1')), { state: mine('c1', { status: 'resolved', version: 2 }), revision: 6 })
  assert.equal(state.conversations.size, 0)
  assert.equal(conversationOf(state, 'c1').status, 'resolved')
  const back = foldAssigned(state, { conversation: 'c1', fence: 2 })
  assert.equal(isMine(back, conversationOf(back, 'c1')), true)
  assert.equal(back.closed.size, 0)
})

test('the ack of a take makes it ours under its fence, even before the broadcast', () => {
  const state = foldAssigned(start(conversation('c1')), { conversation: 'c1', fence: 3 })
  const one = conversationOf(state, 'c1')
  assert.deepEqual([one.status, one.holder, one.fence], ['open', ELIF.id, 3])
})

test('seen marks never go back', () => {
  const state = start(mine('c1', { head: 5, seen_by_agent: 4, unread: 1 }))
  assert.equal(foldSeen(state, { conversation: 'c1', seen_by_agent: 3, seen_by_visitor: 0 }), state)
  assert.equal(conversationOf(foldSeen(state, { conversation: 'c1', seen_by_agent: 5, seen_by_visitor: 2 }), 'c1').unread, 0)
})

test('an offer comes with its conversation and goes alone', () => {
  const offer = { conversation: 'c9', expires_ms: 20_000, made_ms: 0 }
  const offered = foldOfferMade(start(), { offer, state: conversation('c9') })
  assert.deepEqual([...offered.offers.values()], [offer])
  const ended = foldOfferEnded(offered, { conversation: 'c9' })
  assert.equal(ended.offers.size, 0)
  assert.equal(ended.conversations.has('c9'), true)
})

test('the beacon names the followed logs that are behind', () => {
  const state = start(mine('c1', { head: 4 }), conversation('c2', { version: 1 }))
  const heads = [{ conversation: 'c1', head: 6, seen_by_agent: 0, seen_by_visitor: 0, version: 1 }]
  assert.deepEqual(foldBeacon(state, { heads, queue_revision: null }, () => 4).stale, ['c1'])
  assert.deepEqual(foldBeacon(state, { heads, queue_revision: null }, () => 6).stale, ['c1'], 'the row is behind as well')
  const unread = [{ conversation: 'c2', head: 1, seen_by_agent: 0, seen_by_visitor: 0, version: 2 }]
  assert.equal(isBehind(foldBeacon(state, { heads: unread, queue_revision: null }, () => null).state), true)
})
