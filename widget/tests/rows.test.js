import assert from 'node:assert/strict'
import { test } from 'node:test'
import { correctable, isAwaited, openForm, rowsOf } from '../src/panel/rows.js'
import { message } from './fakes.js'

const dayKey = ms => new Date(ms).toISOString().slice(0, 10)
const at = Date.UTC(2026, 10, 22, 11)
const visitor = { kind: 'visitor', name: '', id: null }
const bot = { kind: 'bot', name: '', id: null }
const said = (seq, over = {}) => message({ seq, previous_seq: seq - 1, at_ms: at + seq * 1000, ...over })
const entry = over => ({ client_id: 'client-1', lane: 'visitor', event: 'message_send', payload: { body: { text: 'x' } }, at_ms: at + 60_000, order: 0, state: 'queued', ...over })
const shape = rows => rows.map(row => row.type === 'group' ? `${row.author.kind}×${row.items.length}` : row.type)

test('same author, same day, close together: one group', () => {
  const rows = rowsOf([said(1), said(2), said(3, { author: visitor }), said(4, { at_ms: at + 400_000 }), said(5, { at_ms: at + 800_000 })], [], { dayKey })
  assert.deepEqual(shape(rows), ['day', 'agent×2', 'visitor×1', 'agent×1', 'agent×1'])
})

test('a new day, an activity and the first unread message part groups', () => {
  const rows = rowsOf([
    said(1), said(2, { at_ms: at + 86_400_000 }), said(3, { at_ms: at + 86_400_000, kind: 'activity', body: { type: 'resolved' } }),
    said(4, { at_ms: at + 86_400_001 }), said(5, { at_ms: at + 86_400_002 }),
  ], [], { dayKey, newFrom: 5 })
  assert.deepEqual(shape(rows), ['day', 'agent×1', 'day', 'agent×1', 'activity', 'agent×1', 'new', 'agent×1'])
})

test('what only the team is told is not shown', () => {
  assert.deepEqual(shape(rowsOf([said(1, { kind: 'activity', body: { type: 'offer_missed' } })], [], { dayKey })), [])
})

test('a pending bubble keeps its key when it becomes the message', () => {
  const [, before] = rowsOf([], [entry()], { dayKey })
  const [, after] = rowsOf([said(1, { author: visitor, client_id: 'client-1' })], [], { dayKey })
  assert.equal(before.items[0].key, after.items[0].key)
  assert.equal(before.key, after.key)
})

test('queued and failed stand in groups of their own', () => {
  const rows = rowsOf([said(1, { author: visitor })], [entry({ state: 'failed' }), entry({ client_id: 'client-2' })], { dayKey })
  assert.deepEqual(rows.slice(1).map(({ delivery }) => delivery), ['none', 'failed', 'queued'])
})

const form = (seq, slot) => said(seq, { author: bot, kind: 'form', body: { text: '?', slot, step: 1, steps: 2, skippable: true, error: null, label: '' } })

test('the composer becomes the field while the bot’s question is the last word', () => {
  assert.equal(openForm([form(1, 'name')], []).slot, 'name')
  assert.equal(openForm([form(1, 'name')], [entry()]), null)
  assert.equal(openForm([form(1, 'name')], [entry({ state: 'failed' })]).slot, 'name')
  assert.equal(openForm([form(1, 'name'), said(2, { author: visitor })], []), null)
})

const answer = (seq, choice = null) => said(seq, { author: visitor, body: { text: 'Ada', choice } })

test('answers may be corrected while the flow goes on, and only the newest of each', () => {
  const flow = [form(1, 'name'), answer(2), form(3, 'contact'), answer(4, 'skip'), form(5, 'order')]
  assert.deepEqual([...correctable(flow)], [[2, 'name']])
  assert.deepEqual([...correctable([...flow, answer(6), said(7, { author: bot })])], [])
  const twice = [form(1, 'name'), answer(2), form(3, 'name'), answer(4), said(5, { author: bot, kind: 'choices', body: { text: '', options: [], purpose: 'confirm' } })]
  assert.deepEqual([...correctable(twice)], [[4, 'name']])
})

test('a detail that is asked again is corrected by answering, not by a button', () => {
  assert.deepEqual([...correctable([form(1, 'name'), answer(2), form(3, 'contact'), answer(4), form(5, 'contact')])], [[2, 'name']])
})

test('a person is awaited until one who took the conversation has answered the last word', () => {
  const asked = said(1, { author: visitor })
  const answered = said(2, { author: { kind: 'agent', name: 'Grace', id: 'g' } })
  assert.equal(isAwaited(null, []), false)
  assert.equal(isAwaited({ status: 'bot' }, [asked]), false)
  assert.equal(isAwaited({ status: 'waiting' }, [asked, answered]), true)
  assert.equal(isAwaited({ status: 'open' }, [asked, said(2, { author: bot })]), true)
  assert.equal(isAwaited({ status: 'open' }, [asked, answered]), false)
  assert.equal(isAwaited({ status: 'open' }, [asked, answered, said(3, { author: visitor })]), true)
  assert.equal(isAwaited({ status: 'resolved' }, [asked]), false)
})
