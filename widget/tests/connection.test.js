import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Connection, ConnectionLost } from '../src/core/connection.js'
import { watchPage } from '../src/core/lifecycle.js'
import { FakeSocket, ManualClock, settled } from './fakes.js'

function setUp() {
  const clock = new ManualClock()
  const sockets = []
  const attempts = []
  const connection = new Connection({
    open: attempt => { attempts.push(attempt); sockets.push(new FakeSocket()); return sockets.at(-1) },
    clock, random: () => 0.5,
  })
  const phases = []
  connection.subscribe(({ phase }) => phases.push(phase))
  return { clock, connection, sockets, attempts, phases, socket: () => sockets.at(-1) }
}

test('it is ready when the server says so, not before', async () => {
  const { connection, socket, phases } = setUp()
  connection.start()
  assert.ok(socket().opened)
  await assert.rejects(connection.request('x', {}), ConnectionLost)
  socket().hear('ready', {})
  assert.deepEqual(phases, ['connecting', 'ready'])
})

test('a lost socket fails what was asked, and a fresh one is opened after a wait', async () => {
  const { connection, socket, sockets, clock, attempts } = setUp()
  connection.start()
  socket().hear('ready', {})
  const asked = connection.request('message_send', { a: 1 })
  socket().happens('disconnect', 'transport close')
  await assert.rejects(asked, ConnectionLost)
  assert.equal(connection.state.phase, 'offline')
  assert.ok(connection.state.retryAt > clock.now())
  await clock.pass(1000)
  assert.equal(sockets.length, 2)
  assert.deepEqual(attempts, [0, 1])
  assert.ok(sockets[0].closed)
  sockets[0].hear('ready', {})
  assert.equal(connection.state.phase, 'connecting', 'a dead socket has no say')
})

test('an answer that does not come in time is a lost one; a late one is ignored', async () => {
  const { connection, socket, clock } = setUp()
  connection.start()
  socket().hear('ready', {})
  const asked = connection.request('x', {}, 3000)
  const lost = assert.rejects(asked, ConnectionLost)
  await clock.pass(3000)
  await lost
  socket().sent[0].ack({ ok: true })
})

test('a server that never says ready is left', async () => {
  const { connection, sockets, clock } = setUp()
  connection.start()
  await clock.pass(10_000)
  assert.ok(sockets[0].closed)
  assert.equal(connection.state.phase, 'offline')
})

test('heads and lease_check are acked at once', () => {
  const { connection, socket } = setUp()
  connection.start()
  assert.deepEqual(socket().hear('heads', { heads: [] }), { ok: true })
  assert.deepEqual(socket().hear('lease_check', {}), { ok: true })
  assert.equal(socket().hear('people_changed', {}), undefined)
})

test('drain lets what is under way be answered, takes nothing new, and comes back when told', async () => {
  const { connection, socket, sockets, clock } = setUp()
  connection.start()
  socket().hear('ready', {})
  const asked = connection.request('message_send', {})
  socket().hear('drain', { reconnect_in_ms: 4000 })
  await assert.rejects(connection.request('y', {}), ConnectionLost)
  socket().sent[0].ack({ ok: true })
  assert.deepEqual(await asked, { ok: true })
  assert.ok(sockets[0].closed)
  await clock.pass(3999)
  assert.equal(sockets.length, 1)
  await clock.pass(1)
  assert.equal(sockets.length, 2)
})

test('a final refusal stops the tries; a passing one waits as told', async () => {
  const { connection, socket, sockets, clock } = setUp()
  connection.start()
  socket().happens('connect_error', Object.assign(new Error('rate_limited'), { data: { code: 'rate_limited', after_ms: 7000 } }))
  await clock.pass(6999)
  assert.equal(sockets.length, 1)
  await clock.pass(1)
  assert.equal(sockets.length, 2)
  socket().happens('connect_error', Object.assign(new Error('forbidden'), { data: undefined }))
  assert.deepEqual(connection.state, { phase: 'refused', retryAt: null, code: 'forbidden' })
  await clock.pass(60_000)
  assert.equal(sockets.length, 2)
  connection.start()
  assert.equal(sockets.length, 3)
})

test('trouble of the transport is not a refusal', () => {
  const { connection, socket } = setUp()
  connection.start()
  socket().happens('connect_error', Object.assign(new Error('websocket error'), { type: 'TransportError' }))
  assert.equal(connection.state.phase, 'offline')
})

class FakeDocument extends EventTarget {
  visibilityState = 'visible'
}

test('the page’s life moves the connection: online, hidden long, back from the cache', async () => {
  const { connection, sockets, clock } = setUp()
  const window = new EventTarget()
  const document = new FakeDocument()
  let suspended = 0
  const undo = watchPage({ connection, outbox: { suspend: () => suspended++ }, window, document, clock })
  connection.start()
  sockets[0].hear('ready', {})
  window.dispatchEvent(new Event('offline'))
  assert.equal(connection.state.phase, 'offline')
  window.dispatchEvent(new Event('online'))
  assert.equal(sockets.length, 2)
  sockets[1].hear('ready', {})
  window.dispatchEvent(new Event('pagehide'))
  assert.ok(sockets[1].closed)
  assert.equal(suspended, 1)
  window.dispatchEvent(new Event('pageshow'))
  assert.equal(sockets.length, 3)
  sockets[2].hear('ready', {})
  document.visibilityState = 'hidden'
  document.dispatchEvent(new Event('visibilitychange'))
  await clock.pass(299_999)
  assert.equal(connection.state.phase, 'ready')
  await clock.pass(1)
  assert.equal(connection.state.phase, 'offline')
  document.visibilityState = 'visible'
  document.dispatchEvent(new Event('visibilitychange'))
  await settled()
  assert.equal(sockets.length, 4)
  undo()
  window.dispatchEvent(new Event('pagehide'))
  assert.equal(suspended, 2)
})
