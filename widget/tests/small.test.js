import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Backoff } from '../src/core/backoff.js'
import { clientId } from '../src/core/ids.js'
import { MessageLog } from '../src/core/log.js'
import { renderNodes, renderText, safeHref } from '../src/core/nodes.js'
import { makeTimes, makeWords } from '../src/core/words.js'
import { message } from './fakes.js'

test('a client id is 22 characters of base64url and carries all 128 bits', () => {
  assert.match(clientId(), /^[\w-]{22}$/)
  assert.notEqual(clientId(), clientId())
  const bytes = Uint8Array.from({ length: 16 }, (_, at) => at * 17)
  const id = clientId(into => { into.set(bytes); return into })
  assert.equal(id, Buffer.from(bytes).toString('base64url'))
})

test('backoff stays between half a second and thirty, and starts over', () => {
  for (const random of [0, 0.5, 0.999]) {
    const backoff = new Backoff(() => random)
    const waits = Array.from({ length: 30 }, () => backoff.next())
    assert.ok(waits.every(ms => ms >= 500 && ms <= 30_000), String(waits))
    assert.ok(waits.every((ms, at) => at === 0 || ms >= waits[at - 1]))
    backoff.reset()
    assert.equal(backoff.next(), waits[0])
  }
})

test('words fill named placeholders and pick the plural form', () => {
  const t = makeWords('en', { 'a.b': 'Hello {name}, {missing}', 'n.one': '{count} message', 'n.other': '{count} messages' })
  assert.equal(t('a.b', { name: 'Ada' }), 'Hello Ada, {missing}')
  assert.equal(t('n', { count: 1 }), '1 message')
  assert.equal(t('n', { count: 1200 }), '1,200 messages')
  assert.equal(t('nothing.here'), 'nothing.here')
  assert.equal(t('toString'), 'toString')
  assert.equal(makeWords('tr', { n: '{count} kişi' })('n', { count: 1234 }), '1.234 kişi')
})

test('a placeholder in a value is not filled again', () => {
  const t = makeWords('en', { k: '{a}{b}' })
  assert.equal(t('k', { a: '{b}', b: 'x' }), '{b}x')
})

const TR = {
  'time.now': 'az önce', 'time.minutes.one': '1 dk önce', 'time.minutes.other': '{count} dk önce',
  'time.today': 'bugün {time}', 'time.yesterday': 'dün {time}', 'time.tomorrow': 'yarın {time}',
  'time.weekday': '{weekday} {time}',
}
const now = Date.UTC(2026, 10, 22, 11, 30)
const at = (days, hours = 0) => now + days * 86_400_000 + hours * 3_600_000

test('times read as a Turkish shop says them', () => {
  const times = makeTimes('tr', makeWords('tr', TR), { now: () => now, timeZone: 'Europe/Istanbul' })
  assert.equal(times.time(now), '14:30')
  assert.equal(times.moment(now), 'bugün 14:30')
  assert.equal(times.moment(at(-1)), 'dün 14:30')
  assert.equal(times.moment(at(1, -5.5)), 'yarın 09:00')
  assert.equal(times.moment(at(-5)), 'salı 14:30')
  assert.equal(times.moment(at(1, 24)), 'salı 14:30')
  assert.equal(times.moment(Date.UTC(2026, 2, 3, 11, 30)), '3 Mart 14:30')
  assert.equal(times.moment(Date.UTC(2025, 2, 3, 11, 30)), '3 Mart 2025')
  assert.equal(times.moment(at(-1, 9.5)), 'bugün 00:00')
  assert.equal(times.ago(now - 59_000), 'az önce')
  assert.equal(times.ago(now - 5 * 60_000), '5 dk önce')
  assert.equal(times.duration(45_000), '45 sn')
  assert.equal(times.duration(135_000), '2 dk 15 sn')
  assert.equal(times.duration(120_000), '2 dk')
  assert.equal(times.duration(3_900_000), '1 sa 5 dk')
  assert.equal(times.timer(135_000), '02:15')
  assert.equal(times.timer(3_735_000), '1:02:15')
  assert.equal(times.fullDate(now), '22 Kasım 2026 Pazar')
})

test('the log drops what it has, applies what follows, and never keeps a hole', () => {
  const log = new MessageLog('conversation-a')
  const one = message({ seq: 1, previous_seq: 0 })
  const three = message({ seq: 3, previous_seq: 1 })
  const five = message({ seq: 5, previous_seq: 4 })
  assert.equal(log.apply(one), 'applied')
  assert.equal(log.apply(one), 'dropped')
  assert.equal(log.apply(five), 'gap')
  assert.equal(log.apply(three), 'applied')
  assert.deepEqual(log.messages.map(({ seq }) => seq), [1, 3])
  assert.equal(log.apply(message({ seq: 4, previous_seq: 3, epoch: 'epoch-two' })), 'gap')
  assert.equal(log.last, 0)
})

const synced = over => ({ conversation: 'conversation-a', epoch: 'epoch-one', head: 0, messages: [], more: false, reset: false, ...over })

test('a sync fills the gap, overlaps harmlessly, and says when there is more', () => {
  const log = new MessageLog('conversation-a')
  const all = [1, 2, 3, 4].map(seq => message({ seq, previous_seq: seq - 1, client_id: `client-${seq}` }))
  assert.equal(log.merge(synced({ head: 4, messages: all.slice(0, 2), more: true })), true)
  assert.equal(log.merge(synced({ head: 4, messages: all.slice(1) })), false)
  assert.deepEqual(log.messages.map(({ seq }) => seq), [1, 2, 3, 4])
  assert.ok(log.has('client-3'))
})

test('a reset starts over and asks again when the answer brought nothing', () => {
  const log = new MessageLog('conversation-a')
  log.merge(synced({ head: 1, messages: [message({ seq: 1, previous_seq: 0 })] }))
  assert.equal(log.merge(synced({ head: 9, epoch: 'epoch-two', reset: true })), true)
  assert.equal(log.last, 0)
  assert.equal(log.epoch, 'epoch-two')
})

test('an answer with a hole, or that brings nothing, never loops for ever', () => {
  const log = new MessageLog('conversation-a')
  assert.equal(log.merge(synced({ head: 7, messages: [] })), false)
  assert.equal(log.merge(synced({ head: 7, messages: [message({ seq: 5, previous_seq: 4 }), message({ seq: 7, previous_seq: 6 })] })), true)
  assert.equal(log.last, 5)
  assert.equal(log.merge(synced({ head: 7, messages: [message({ seq: 7, previous_seq: 6 })] })), false)
})

test('what was said earlier is put before what is there, or not at all', () => {
  const log = new MessageLog('conversation-a')
  log.merge(synced({ head: 5, messages: [message({ seq: 5, previous_seq: 4 })] }))
  assert.ok(log.hasEarlier)
  log.prepend('epoch-one', [message({ seq: 3, previous_seq: 2 })])
  log.prepend('epoch-two', [message({ seq: 4, previous_seq: 0 })])
  assert.deepEqual(log.messages.map(({ seq }) => seq), [5])
  log.prepend('epoch-one', [message({ seq: 2, previous_seq: 0 }), message({ seq: 4, previous_seq: 2 })])
  assert.deepEqual(log.messages.map(({ seq }) => seq), [2, 4, 5])
  assert.ok(!log.hasEarlier)
})

const make = (type, props, ...children) => ({ type, props, children })

test('markdown nodes become elements of the closed list and nothing else', () => {
  const out = renderNodes([
    { type: 'paragraph', children: [{ type: 'text', text: '<img src=x onerror=alert(1)>' }, { type: 'break' }] },
    { type: 'script', children: [{ type: 'text', text: 'x' }] },
    { type: 'constructor', children: [] },
  ], make)
  assert.deepEqual(out[0], make('p', null, '<img src=x onerror=alert(1)>', make('br', null)))
  assert.equal(out[1].type, 'span')
  assert.equal(out[2].type, 'span')
})

test('no link goes anywhere but http, https, mailto and tel', () => {
  for (const href of ['javascript:alert(1)', ' JaVa\tScRiPt:alert(1)', '\u0001javascript:alert(1)', 'data:text/html,x', 'vbscript:x',
    '//evil.example', 'https://shop.example@evil.example/', 'file:///etc/passwd', '']) {
    assert.equal(safeHref(href), null, href)
    assert.equal(renderNodes([{ type: 'link', href, children: [] }], make)[0].type, 'span')
  }
  for (const href of ['https://avlu.example/a', 'mailto:destek@avlu.example', 'tel:+908500000000']) assert.ok(safeHref(href), href)
  const [link] = renderNodes([{ type: 'link', href: 'https://avlu.example/', children: [{ type: 'text', text: 'a' }] }], make)
  assert.equal(link.props.rel, 'noopener noreferrer nofollow')
})

test('addresses in plain text become links, without the sentence around them', () => {
  const out = renderText('Bakın: https://avlu.example/a?b=(c). Ya da (http://x.example/y) javascript:alert(1)', make)
  assert.deepEqual(out.map(part => typeof part === 'string' ? part : part.props.href), [
    'Bakın: ', 'https://avlu.example/a?b=(c)', '. Ya da (', 'http://x.example/y', ') javascript:alert(1)',
  ])
  assert.deepEqual(renderText('https://shop.example@evil.example', make), ['https://shop.example@evil.example'])
  assert.deepEqual(renderText('', make), [])
})

test('nodes nested without end are cut', () => {
  let node = { type: 'text', text: 'deep' }
  for (let n = 0; n < 10_000; n++) node = { type: 'strong', children: [node] }
  assert.ok(renderNodes([node], make))
})

test('a long log lets go of its oldest and has them fetched again', () => {
  const log = new MessageLog('conversation-a')
  const lines = (from, to) => Array.from({ length: to - from + 1 }, (_, at) => message({ seq: from + at, previous_seq: from + at - 1, client_id: `client-${from + at}` }))
  log.merge({ conversation: 'conversation-a', epoch: 'epoch-one', head: 10, messages: lines(1, 10), more: false, reset: false })
  log.trim(20)
  assert.equal(log.messages.length, 10)
  log.trim(4)
  assert.deepEqual(log.messages.map(({ seq }) => seq), [7, 8, 9, 10])
  assert.ok(log.hasEarlier && log.has('client-7') && !log.has('client-6'))
  assert.equal(log.apply(lines(11, 11)[0]), 'applied')
  log.prepend('epoch-one', lines(3, 6))
  assert.deepEqual(log.messages.map(({ seq }) => seq), [3, 4, 5, 6, 7, 8, 9, 10, 11])
})
