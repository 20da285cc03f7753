// Drafts by conversation and mode: kept at every key, told a little later, never as another mode.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Drafts } from '../../src/console/drafts.js'
import { ManualClock } from './cast.js'

function setUp(text = null) {
  const store = { durable: true, text, read: () => store.text, write: next => { store.text = next }, remove: () => { store.text = null } }
  const clock = new ManualClock()
  const saved = []
  const line = { isUp: true }
  const drafts = new Drafts({ store, clock, save: (...what) => line.isUp && saved.push(what) > 0, changed: () => {} })
  return { store, clock, saved, drafts, line }
}

test('a reply’s draft is told once the typing rests, a note’s never', () => {
  const { drafts, clock, saved } = setUp()
  drafts.write('c1', 'reply', 'Mer')
  drafts.write('c1', 'reply', 'Merhaba')
  drafts.write('c1', 'note', 'gizli')
  clock.pass(5000)
  assert.deepEqual(saved, [['c1', 'Merhaba']])
})

test('drafts survive a reload and each mode keeps its own', () => {
  const { drafts, store } = setUp()
  drafts.write('c1', 'reply', 'yanıt')
  drafts.write('c1', 'note', 'not')
  const { drafts: later } = setUp(store.text)
  assert.deepEqual([later.text('c1', 'reply'), later.text('c1', 'note'), later.has('c1'), later.has('c2')], ['yanıt', 'not', true, false])
})

test('what is written here wins over what another browser left', () => {
  const { drafts, saved, clock } = setUp('no json')
  drafts.write('c1', 'reply', 'burada')
  drafts.adopt({ c1: 'orada', c2: 'başka' })
  assert.deepEqual([drafts.text('c1', 'reply'), drafts.text('c2', 'reply')], ['burada', 'başka'])
  drafts.write('c1', 'reply', '')
  assert.deepEqual(saved, [['c1', '']])
})

test('what was sent does not come back as a draft, and what the line swallowed is told later', () => {
  const { drafts, saved, line } = setUp()
  drafts.write('c1', 'reply', 'gitti')
  line.isUp = false
  drafts.write('c1', 'reply', '')
  drafts.adopt({ c1: 'gitti' })
  assert.equal(drafts.text('c1', 'reply'), '')
  line.isUp = true
  drafts.flush()
  assert.deepEqual(saved, [['c1', '']])
})
