import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConnectionLost } from '../src/core/connection.js'
import { Outbox } from '../src/core/outbox.js'
import { FallbackStore, MemoryStore } from '../src/core/stores.js'
import { FakeLocks, ManualClock, fakeChannels, settled } from './fakes.js'

function setUp(over = {}) {
  const clock = over.clock ?? new ManualClock()
  const store = over.store ?? new MemoryStore()
  const sends = []
  const outbox = new Outbox({
    store, clock, random: () => 0.5,
    send: entry => new Promise((resolve, reject) => sends.push({ entry, resolve, reject })),
    ...over,
  })
  return { clock, store, outbox, sends }
}
const text = (words, lane = 'a') => ({ event: 'message_send', lane, payload: { kind: 'text', body: { text: words } } })
const sent = (seq, conversation = 'conversation-a') => ({ ok: true, conversation, seq, at_ms: 1, duplicate: false })
const states = outbox => outbox.entries.map(({ state }) => state)

test('an entry is on disk before the first attempt', async () => {
  const { outbox, store, sends } = setUp()
  outbox.online()
  let stored = 0
  const put = store.put.bind(store)
  store.put = async entry => { assert.equal(sends.length, 0); stored++; await put(entry) }
  await outbox.add(text('selam'))
  assert.equal(stored, 1)
  assert.equal(sends.length, 1)
})

test('what could not be kept is not sent, and the caller learns of it', async () => {
  const { outbox, store, sends } = setUp()
  outbox.online()
  store.put = () => Promise.reject(new Error('quota'))
  await assert.rejects(outbox.add(text('selam')))
  assert.deepEqual(outbox.entries, [])
  assert.equal(sends.length, 0)
})

test('one in flight a lane, in the order it was said; lanes do not wait for each other', async () => {
  const { outbox, sends } = setUp()
  outbox.online()
  for (const words of ['1', '2']) await outbox.add(text(words))
  await outbox.add(text('b', 'b'))
  assert.deepEqual(sends.map(({ entry }) => entry.payload.body.text), ['1', 'b'])
  sends[0].resolve(sent(1))
  await settled()
  assert.deepEqual(sends.map(({ entry }) => entry.payload.body.text), ['1', 'b', '2'])
  assert.deepEqual(states(outbox), ['sent', 'sending', 'sending'])
})

test('trouble of the network means wait, never failed, and the same id again', async () => {
  const { outbox, sends, clock } = setUp()
  outbox.online()
  await outbox.add(text('selam'))
  for (let n = 0; n < 8; n++) {
    sends.at(-1).reject(new ConnectionLost('gone'))
    await settled()
    assert.deepEqual(states(outbox), ['queued'])
    await clock.pass(30_000)
    assert.equal(sends.length, n + 2)
  }
  assert.equal(new Set(sends.map(({ entry }) => entry.client_id)).size, 1)
})

test('a passing refusal waits as long as it says; a final one fails with its code and text', async () => {
  const { outbox, sends, clock, store } = setUp()
  outbox.online()
  const entry = await outbox.add(text('selam'))
  await outbox.add(text('ikinci'))
  sends[0].resolve({ ok: false, code: 'rate_limited', message: '', retry: true, after_ms: 5000 })
  await clock.pass(4999)
  assert.equal(sends.length, 1)
  await clock.pass(1)
  assert.equal(sends.length, 2)
  sends[1].resolve({ ok: false, code: 'too_large', message: '', retry: false, after_ms: null })
  await settled()
  assert.equal(outbox.entries[0].state, 'failed')
  assert.equal(outbox.entries[0].code, 'too_large')
  assert.equal((await store.load()).find(one => one.client_id === entry.client_id).state, 'failed')
  assert.equal(sends.length, 3, 'the next one goes on')
  const back = await outbox.discard(entry.client_id)
  assert.equal(back.payload.body.text, 'selam')
  assert.equal((await store.load()).length, 1)
})

test('a failed entry goes again under the same id', async () => {
  const { outbox, sends } = setUp()
  outbox.online()
  const { client_id } = await outbox.add(text('selam'))
  sends[0].resolve({ ok: false, code: 'forbidden', message: '', retry: false, after_ms: null })
  await settled()
  await outbox.retry(client_id)
  assert.equal(sends[1].entry.client_id, client_id)
  assert.equal(outbox.entries[0].code, undefined)
})

test('what is on its way can’t be taken back; what still waits can', async () => {
  const { outbox } = setUp()
  outbox.online()
  const first = await outbox.add(text('1'))
  const second = await outbox.add(text('2'))
  assert.equal(await outbox.discard(first.client_id), null)
  assert.equal((await outbox.discard(second.client_id)).payload.body.text, '2')
})

test('ack first or broadcast first: it ends as one message', async () => {
  for (const broadcastFirst of [true, false]) {
    const { outbox, sends, store } = setUp()
    outbox.online()
    const { client_id } = await outbox.add(text('selam'))
    const settle = () => outbox.settle(entry => entry.client_id === client_id)
    if (broadcastFirst) settle()
    sends[0].resolve(sent(1))
    await settled()
    if (!broadcastFirst) {
      assert.deepEqual(states(outbox), ['sent'])
      settle()
    }
    assert.deepEqual(outbox.entries, [])
    assert.deepEqual(await store.load(), [])
    await outbox.add(text('sonra'))
    assert.equal(sends.length, 2)
  }
})

test('a reload finds what was queued, under way or failed; under way counts as queued', async () => {
  const { outbox, store, sends } = setUp()
  outbox.online()
  await outbox.add(text('1'))
  await outbox.add(text('2'))
  await store.put({ ...outbox.entries[0], state: 'sending' })
  assert.equal(sends.length, 1)
  const after = setUp({ store })
  await after.outbox.open()
  assert.deepEqual(after.outbox.entries.map(({ payload, state }) => [payload.body.text, state]), [['1', 'queued'], ['2', 'queued']])
  after.outbox.online()
  await settled()
  assert.equal(after.sends[0].entry.client_id, outbox.entries[0].client_id)
})

test('nothing is sent while offline, all of it in order when the line is back', async () => {
  const { outbox, sends } = setUp()
  await outbox.open()
  for (const words of ['1', '2', '3']) await outbox.add(text(words))
  assert.equal(sends.length, 0)
  outbox.online()
  for (let n = 0; n < 3; n++) {
    await settled()
    sends[n].resolve(sent(n + 1))
  }
  await settled()
  assert.deepEqual(sends.map(({ entry }) => entry.payload.body.text), ['1', '2', '3'])
})

test('of two tabs one sends; when it loses its line for five seconds the other takes over', async () => {
  const store = new MemoryStore()
  const locks = new FakeLocks()
  const channel = fakeChannels()
  const clock = new ManualClock()
  const one = setUp({ store, locks, clock, channel: channel() })
  const two = setUp({ store, locks, clock, channel: channel() })
  one.outbox.online()
  two.outbox.online()
  await settled()
  const { client_id } = await two.outbox.add(text('from the second tab'))
  await settled()
  assert.equal(two.sends.length, 0)
  assert.equal(one.sends.length, 1)
  assert.deepEqual(states(two.outbox), ['sending'])
  one.sends[0].reject(new ConnectionLost('gone'))
  one.outbox.offline()
  await clock.pass(4999)
  assert.equal(two.sends.length, 0)
  await clock.pass(1)
  assert.equal(two.sends.length, 1)
  assert.equal(two.sends[0].entry.client_id, client_id)
  two.sends[0].resolve(sent(1))
  await settled()
  assert.deepEqual(states(one.outbox), ['sent'])
  two.outbox.settle(() => true)
  assert.deepEqual(one.outbox.entries, [])
})

test('a tab that is put away lets go at once', async () => {
  const store = new MemoryStore()
  const locks = new FakeLocks()
  const one = setUp({ store, locks })
  const two = setUp({ store, locks })
  one.outbox.online()
  await settled()
  two.outbox.online()
  await two.outbox.add(text('selam'))
  assert.equal(two.sends.length, 0)
  one.outbox.suspend()
  await settled()
  assert.equal(two.sends.length, 1)
})

test('storage that is denied falls back to memory, and says so', async () => {
  const broken = { durable: true, load: () => Promise.reject(new Error('SecurityError')), put: () => Promise.reject(new Error()), remove: () => Promise.reject(new Error()) }
  let told = 0
  const { outbox, sends } = setUp({ store: new FallbackStore(broken, () => told++) })
  assert.equal(outbox.durable, true)
  await outbox.open()
  outbox.online()
  await outbox.add(text('selam'))
  assert.equal(outbox.durable, false)
  assert.equal(told, 1)
  assert.equal(sends.length, 1)
})

test('where the browser denies locks, messages go all the same', async () => {
  const { outbox, sends } = setUp({ locks: { request: () => Promise.reject(new Error('SecurityError')) } })
  outbox.online()
  await settled()
  await outbox.add(text('selam'))
  assert.equal(sends.length, 1)
})
