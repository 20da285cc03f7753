import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Connection } from '../src/core/connection.js'
import { VisitorConversation } from '../src/core/conversation.js'
import { Outbox } from '../src/core/outbox.js'
import { MemoryStore } from '../src/core/stores.js'
import { makeShop } from '../src/panel/more/shop.js'
import { FakeSocket, ManualClock, people, settled, sharedText } from './fakes.js'

function setUp({ token = null } = {}) {
  const shared = { text: token }
  const clock = new ManualClock()
  const sockets = []
  const announced = []
  const auths = []
  const connection = new Connection({ open: () => { auths.push(chat.auth()); sockets.push(new FakeSocket()); return sockets.at(-1) }, clock, random: () => 0.5 })
  const outbox = new Outbox({ store: new MemoryStore(), send: entry => chat.deliver(entry), clock, random: () => 0.5 })
  const chat = new VisitorConversation({ connection, outbox, token: sharedText(shared), site: 'avlu', language: 'tr', clock, random: () => 0.5 })
  const state = { get value() { return chat.state } }
  const say = makeShop({ chat, connection, state, announce: (name, value) => announced.push([name, value]), erased() { chat.forget() } })
  connection.start()
  const ready = (over = {}) => sockets.at(-1).hear('ready', {
    epoch: 'epoch-one', authenticated: shared.text !== null, identified: false, conversations: [], people,
    limits: { max_text_chars: 4000, max_sync_messages: 200 }, server_time_ms: clock.now(), ...over,
  })
  const asked = event => sockets.at(-1).asked(event)
  const answer = async (event, reply) => {
    await settled()
    const [one] = asked(event).slice(-1)
    assert.ok(one, `${event} was asked`)
    one.ack(reply)
    await settled()
    return one.payload
  }
  const identify = word => { chat.identity.word = word; say(undefined) }
  return { shared, sockets, announced, auths, chat, outbox, say, ready, asked, answer, identify }
}

test('a word is presented when there is a line, and the new token is used at once', async () => {
  const { shared, sockets, auths, ready, answer, identify } = setUp({ token: 'token-one' })
  identify('signed.word.one')
  ready()
  assert.equal((await answer('identify', { ok: true, token: 'token-two' })).identity, 'signed.word.one')
  assert.equal(shared.text, 'token-two')
  assert.equal(sockets.length, 2)
  assert.equal(auths.at(-1).token, 'token-two')
})

test('the same word is not presented twice', async () => {
  const { ready, asked, answer, identify } = setUp({ token: 'token-one' })
  identify('signed.word.one')
  ready({ identified: true })
  await answer('identify', { ok: true, token: null })
  identify('signed.word.one')
  await settled()
  assert.equal(asked('identify').length, 1)
})

test('who begins to write begins as whom the site vouches for', async () => {
  const { chat, outbox, ready, answer, identify, shared } = setUp()
  await outbox.open()
  ready()
  identify('signed.word.one')
  await answer('identify', { ok: true, token: null })
  await chat.send('merhaba')
  const said = await answer('visitor_start', { ok: true, token: 'token-of-the-visitor' })
  assert.equal(said.identity, 'signed.word.one')
  assert.equal(shared.text, 'token-of-the-visitor')
})

test('writing waits for the word that is being presented', async () => {
  const { chat, outbox, ready, asked, identify } = setUp()
  await outbox.open()
  ready()
  identify('signed.word.one')
  await chat.send('merhaba')
  await settled()
  assert.equal(asked('visitor_start').length, 0)
})

test('a word that is not believed is said to the page, and the shopper writes all the same', async () => {
  const { chat, outbox, ready, answer, announced, identify } = setUp()
  await outbox.open()
  ready()
  identify('forged.word.one')
  await answer('identify', { ok: false, code: 'identity_refused', retry: false })
  assert.deepEqual(announced, [['error', { code: 'identity_refused' }]])
  await chat.send('merhaba')
  assert.equal('identity' in await answer('visitor_start', { ok: true, token: 'token-of-the-visitor' }), false)
})

test('somebody else at this browser begins anew', async () => {
  const { shared, sockets, ready, answer, identify } = setUp({ token: 'token-of-elif' })
  identify('word.of.can')
  ready({ identified: true })
  await answer('identify', { ok: false, code: 'identity_differs', retry: false })
  await answer('visitor_end', { ok: true })
  assert.equal(shared.text, null)
  assert.equal(sockets.length, 2)
  ready()
  assert.equal((await answer('identify', { ok: true, token: null })).identity, 'word.of.can')
})

test('nobody signed in: whoever the site vouched for is not here any more, an unknown shopper stays', async () => {
  const known = setUp({ token: 'token-of-elif' })
  known.identify(null)
  known.ready({ identified: true })
  await known.answer('visitor_end', { ok: true })
  assert.equal(known.shared.text, null)
  const unknown = setUp({ token: 'token-of-somebody' })
  unknown.identify(null)
  unknown.ready()
  await settled()
  assert.equal(unknown.asked('visitor_end').length, 0)
  assert.equal(unknown.shared.text, 'token-of-somebody')
})

test('a token that another tab got meanwhile is not thrown away', async () => {
  const { shared, sockets, auths, ready } = setUp({ token: 'token-one' })
  shared.text = 'token-two'
  ready({ authenticated: false })
  await settled()
  assert.equal(shared.text, 'token-two')
  assert.equal(sockets.length, 2)
  assert.equal(auths.at(-1).token, 'token-two')
})

test('what the page says is told once a conversation is there, and what does not fit is said back', async () => {
  const { say, ready, asked, answer, announced } = setUp({ token: 'token-one' })
  say({ cart: { total: '850 TL' } })
  ready()
  await answer('context_set', { ok: false, code: 'bad_request', message: 'context:cart.total', retry: false })
  assert.deepEqual(announced, [['error', { code: 'bad_request', at: 'cart.total' }]])
  say({ cart: { total: 850 } })
  assert.deepEqual((await answer('context_set', { ok: true })).context, { cart: { total: 850 } })
  say({ cart: { total: 850 } })
  await settled()
  assert.equal(asked('context_set').length, 2)
})
