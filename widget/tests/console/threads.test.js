// The bot's part apart, days, runs of one author, the words of an activity.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { makeWords } from '../../src/core/words.js'
import { linesOf, splitBotPart, triedBy } from '../../src/console/threads.js'
import { activityWords, initials, visitorName } from '../../src/console/wording.js'
import { activity, conversation, message } from './cast.js'

const table = JSON.parse(readFileSync(new URL('../../../chatserver/locales/tr/console.json', import.meta.url), 'utf8'))
const t = makeWords('tr', table)
const seqs = messages => messages.map(one => one.seq)

test('what the visitor wrote after the bot’s last word stays in the thread', () => {
  const log = [message(1), message(2, 'bot'), message(3), activity(4, 'agent_joined', { actor: 'Elif' }), message(5, 'agent')]
  const { bot, people } = splitBotPart(log)
  assert.deepEqual([seqs(bot), seqs(people)], [[1, 2], [3, 4, 5]])
})

test('the handoff’s own lines belong to the bot’s part', () => {
  const log = [message(1), message(2, 'bot'), activity(3, 'handed_off'), activity(4, 'offer_made'), activity(5, 'agent_joined'), message(6, 'agent')]
  const { bot, people } = splitBotPart(log)
  assert.deepEqual([seqs(bot), seqs(people)], [[1, 2, 3, 4], [5, 6]])
})

test('without a person everything is in the thread, without a bot too', () => {
  assert.deepEqual(seqs(splitBotPart([message(1), message(2, 'bot')]).people), [1, 2])
  assert.deepEqual(seqs(splitBotPart([message(1), activity(2, 'agent_joined')]).people), [1, 2])
})

test('the newest answer of the bot is what it tried', () => {
  const card = message(2, 'bot', { kind: 'card', body: { entry: 'x', title: 'Kargom nerede?', nodes: [], confidence: 0.9 } })
  assert.deepEqual(triedBy([message(1), card, message(3)]), { title: 'Kargom nerede?', confidence: 0.9 })
})

test('days stand between messages, runs of one author follow, news are marked once', () => {
  const day = 86_400_000
  const log = [message(1), message(2), message(3, 'agent'), message(4, 'visitor', { at_ms: day }), message(5, 'visitor', { at_ms: day })]
  const lines = linesOf(log, ms => String(Math.floor(ms / day)), 3)
  assert.deepEqual(lines.map(line => line.key), ['day-0', 'm-1', 'm-2', 'm-3', 'day-1', 'fresh', 'm-4', 'm-5'])
  assert.deepEqual(lines.filter(line => line.type === 'message').map(line => line.follows), [false, true, false, false, true])
})

test('activities are sentences that work without a name', () => {
  assert.equal(activityWords(t, { type: 'agent_joined', actor: 'Elif', target: '', reason: '', details: {} }), 'Elif görüşmeyi aldı')
  assert.equal(activityWords(t, { type: 'resolved', actor: '', target: '', reason: 'idle', details: {} }), table['console.activity.resolved_idle'])
  assert.equal(activityWords(t, { type: 'handed_off', actor: '', target: '', reason: 'asked', details: {} }), 'Bot temsilciye bağladı. Neden: Temsilci istedi')
  assert.equal(activityWords(t, { type: 'of_tomorrow', actor: '', target: '', reason: '', details: {} }), table['console.activity.unknown'])
})

test('a visitor without a name has one to be called by', () => {
  assert.equal(visitorName(t, conversation('7f3a', { visitor_name: '' })), 'Ziyaretçi 7F3A')
  assert.deepEqual(['ibrahim ışık', 'Ada', '', '42'].map(name => initials(name, 'tr')), ['İI', 'A', '?', '?'])
})
