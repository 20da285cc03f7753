// Tabs, urgency, order, and rows that stay where the pointer is.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countsOf, fold, hold, sectionsOf } from '../../src/console/queue.js'
import { NOTHING, foldQueue } from '../../src/console/store.js'
import { TARGET_MS, urgencyOf } from '../../src/console/urgency.js'
import { BURAK, conversation, mine, queue } from './cast.js'

const NOW = 1_000_000
const since = share => NOW - TARGET_MS * share
const state = (...conversations) => foldQueue(NOTHING, queue(conversations))
const ids = sections => sections.map(section => [section.key, ...section.ids])

test('the clock turns at 0.6, 1 and 2 of the target', () => {
  const level = share => urgencyOf(mine('c1', { answer_due_since_ms: since(share) }), NOW).level
  assert.deepEqual([0, 0.59, 0.6, 1, 1.01, 2, 2.01].map(level), ['calm', 'calm', 'warn', 'warn', 'late', 'late', 'over'])
  assert.equal(urgencyOf(mine('c1', { answer_due_since_ms: null }), NOW).level, 'idle')
  assert.equal(urgencyOf(conversation('c1', { waiting_since_ms: since(3), answer_due_since_ms: since(0.1) }), NOW).level, 'over')
})

test('very late comes first, then late, priority, the longest wait', () => {
  const one = state(
    mine('calm', { answer_due_since_ms: since(0.2) }), mine('calm-high', { answer_due_since_ms: since(0.1), priority: 'high' }),
    mine('late', { answer_due_since_ms: since(1.2) }), mine('over', { answer_due_since_ms: since(2.5) }),
    mine('warn', { answer_due_since_ms: since(0.7) }), mine('answered', { answer_due_since_ms: null }),
  )
  assert.deepEqual(ids(sectionsOf(one, 'mine', '', NOW)), [['due', 'over', 'late', 'calm-high', 'warn', 'calm'], ['idle', 'answered']])
})

test('each tab holds its own and says how many', () => {
  const one = state(
    mine('m'), conversation('w', { waiting_since_ms: since(1.5) }), conversation('b', { status: 'bot' }),
    mine('o', { holder: BURAK.id }),
  )
  assert.deepEqual(countsOf(one, NOW), { mine: 1, waiting: 1, bot: 1, all: 4, isLate: true })
  assert.deepEqual(ids(sectionsOf(one, 'waiting', '', NOW)), [['waiting', 'w']])
  assert.deepEqual(ids(sectionsOf(one, 'all', '', NOW)).map(([key]) => key), ['due', 'waiting', 'others', 'bot'])
})

test('search folds Turkish letters', () => {
  assert.equal(fold('IŞIK İpek’in'), fold('ışık ipekin'))
  const one = state(mine('a', { visitor_name: 'Çiğdem IŞIK' }), mine('b'))
  assert.deepEqual(ids(sectionsOf(one, 'mine', 'cigdem isik', NOW)), [['due', 'a']])
})

test('while the list is held no row moves; new ones come last', () => {
  const shown = [{ key: 'due', ids: ['a', 'b'] }]
  const fresh = [{ key: 'due', ids: ['c', 'b', 'a'] }]
  const held = hold(shown, fresh, () => true)
  assert.deepEqual(ids(held.sections), [['due', 'a', 'b'], ['fresh', 'c']])
  assert.equal(held.hasMoved, true)
  assert.equal(hold(shown, shown, () => true).hasMoved, false)
  assert.deepEqual(ids(hold(shown, fresh, id => id !== 'a').sections), [['due', 'b'], ['fresh', 'c', 'a']])
})
