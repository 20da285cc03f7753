import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Socket } from '../src/core/socket.js'
import { ManualClock } from './fakes.js'

const OPEN = '0{"sid":"a","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":65536}'

/** A socket over lines that record; `line(n)` is the n-th that was opened. */
function setUp(options = {}) {
  const clock = new ManualClock()
  const lines = []
  const way = name => (_, ends) => {
    const line = { name, ...ends, sent: [], closed: false, send: packet => line.sent.push(packet), close: () => { line.closed = true } }
    lines.push(line)
    return line
  }
  const happened = []
  const heard = []
  const socket = new Socket({
    origin: 'https://chat.example', namespace: '/visitor', auth: () => ({ site: 'demo' }), clock,
    ways: [way('websocket'), way('polling')], ...options,
  })
  for (const event of ['connect_error', 'disconnect']) socket.on(event, detail => happened.push([event, detail]))
  socket.onAny((...args) => heard.push(args))
  socket.connect()
  return { clock, lines, happened, heard, socket, line: () => lines.at(-1) }
}

function connected(options) {
  const all = setUp(options)
  all.line().heard(OPEN)
  all.line().heard('40/visitor,{"sid":"b"}')
  return all
}

test('it opens, names its namespace and says who it is', () => {
  const { line } = connected()
  assert.deepEqual(line().sent, ['40/visitor,{"site":"demo"}'])
})

test('events come with their arguments, and with a way to acknowledge where one is wanted', () => {
  const { line, heard } = connected()
  line().heard('42/visitor,["drain",{"reconnect_in_ms":5}]')
  line().heard('42/visitor,7["heads",{"heads":[]}]')
  assert.deepEqual(heard[0], ['drain', { reconnect_in_ms: 5 }])
  assert.equal(heard[1][0], 'heads')
  heard[1][2]({ ok: true })
  assert.equal(line().sent.at(-1), '43/visitor,7[{"ok":true}]')
})

test('an answer goes to who asked, once, in whichever order', () => {
  const { line, socket } = connected()
  const answers = []
  socket.emit('a', { n: 1 }, answer => answers.push(['a', answer]))
  socket.emit('b', { text: 'ş😀\u2028' }, answer => answers.push(['b', answer]))
  assert.deepEqual(line().sent.slice(1), ['42/visitor,1["a",{"n":1}]', `42/visitor,2["b",${JSON.stringify({ text: 'ş😀\u2028' })}]`])
  line().heard('43/visitor,2[{"ok":true}]')
  line().heard('43/visitor,1[{"ok":false}]')
  line().heard('43/visitor,1[{"ok":"again"}]')
  assert.deepEqual(answers, [['b', { ok: true }], ['a', { ok: false }]])
})

test('a refusal carries what the server said; the line is closed', () => {
  const { line, happened } = setUp()
  line().heard(OPEN)
  line().heard('44/visitor,{"message":"not_found","data":{"code":"not_found"}}')
  assert.deepEqual(happened, [['connect_error', { message: 'not_found', data: { code: 'not_found' } }]])
  assert.ok(line().closed)
})

test('a ping is answered, and silence ends the connection', async () => {
  const { line, clock, happened } = connected()
  line().heard('2')
  assert.equal(line().sent.at(-1), '3')
  await clock.pass(44_000)
  line().heard('2')
  await clock.pass(44_000)
  assert.deepEqual(happened, [])
  await clock.pass(2000)
  assert.deepEqual(happened, [['disconnect', 'ping timeout']])
  assert.ok(line().closed)
})

test('where a WebSocket leads nowhere, polling is tried; then it is given up', async () => {
  const { lines, clock, happened } = setUp()
  lines[0].ended()
  assert.equal(lines[1].name, 'polling')
  await clock.pass(6000)
  assert.equal(happened.length, 1)
  assert.equal(happened[0][1].type, 'TransportError')
  const slow = setUp({ })
  await slow.clock.pass(5000)
  assert.deepEqual(slow.lines.map(({ name, closed }) => [name, closed]), [['websocket', true], ['polling', false]])
  assert.equal(setUp({ pollFirst: true }).lines[0].name, 'polling')
})

test('once it was open, a lost line is a lost connection and no other way is tried', () => {
  const { lines, happened } = connected()
  lines[0].ended()
  assert.deepEqual(happened, [['disconnect', 'transport close']])
  assert.equal(lines.length, 1)
})

test('nothing is told after disconnect, and a dead line has no say', () => {
  const { line, socket, heard, happened } = connected()
  socket.disconnect()
  assert.equal(line().sent.at(-1), '41/visitor,')
  line().heard('42/visitor,["ready",{}]')
  line().ended()
  assert.deepEqual([heard, happened], [[], []])
})

test('what is no packet ends the connection and throws nothing', () => {
  for (const bad of ['42/visitor,{', '42/visitor,7', '0{', '43/visitor,1{}', '', '9', '42/other,["ready"]', '44', '42/visitor,null', '451-["x"]']) {
    const { line, heard } = connected()
    line().heard(bad)
    assert.deepEqual(heard, [], bad)
  }
})
