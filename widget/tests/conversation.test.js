import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Connection } from '../src/core/connection.js'
import { VisitorConversation } from '../src/core/conversation.js'
import { Outbox } from '../src/core/outbox.js'
import { MemoryStore } from '../src/core/stores.js'
import { FakeLocks, FakeSocket, ManualClock, message, people, settled, sharedText, view } from './fakes.js'

function setUp({ token = null, store = new MemoryStore(), clock = new ManualClock(), shared = { text: token }, locks } = {}) {
  const sockets = []
  const auths = []
  const connection = new Connection({
    open: () => { auths.push(chat.auth()); sockets.push(new FakeSocket()); return sockets.at(-1) },
    clock, random: () => 0.5,
  })
  const outbox = new Outbox({ store, send: entry => chat.deliver(entry), clock, random: () => 0.5, locks })
  const chat = new VisitorConversation({
    connection, outbox, token: sharedText(shared), site: 'avlu', language: 'tr', clock, random: () => 0.5,
  })
  const socket = () => sockets.at(-1)
  const ready = (over = {}) => socket().hear('ready', {
    epoch: 'epoch-one', authenticated: shared.text !== null, conversations: [], people,
    limits: { max_text_chars: 4000, max_sync_messages: 200 }, server_time_ms: clock.now(), ...over,
  })
  const answer = async (event, reply) => {
    await settled()
    const asked = socket().asked(event).at(-1)
    assert.ok(asked, `${event} was asked`)
    asked.ack(reply)
    await settled()
    return asked.payload
  }
  connection.start()
  return { clock, connection, outbox, chat, socket, sockets, ready, answer, shared, auths, store }
}
const synced = (messages, over = {}) => ({
  ok: true,
  conversations: [{
    conversation: 'conversation-a', epoch: 'epoch-one', head: messages.at(-1)?.seq ?? 0, state: view({ head: messages.at(-1)?.seq ?? 0, version: 4 }),
    messages, more: false, reset: false, missing: false, ...over,
  }],
})
const log = (from, to) => Array.from({ length: to - from + 1 }, (_, at) => message({ seq: from + at, previous_seq: from + at - 1 }))
const seqs = chat => chat.state.messages.map(({ seq }) => seq)

test('a visitor exists from the first message on, and not before', async () => {
  const { chat, ready, answer, shared, socket, auths } = setUp()
  assert.equal('token' in auths[0], false)
  ready()
  await settled()
  assert.equal(socket().sent.length, 0)
  await chat.send('kargom nerede')
  assert.deepEqual(chat.state.pending.map(({ state }) => state), ['sending'])
  assert.equal((await answer('visitor_start', { ok: true, token: 'a-token-of-the-visitor' })).site, 'avlu')
  assert.equal(shared.text, 'a-token-of-the-visitor')
  const sent = await answer('message_send', { ok: true, conversation: 'conversation-a', seq: 1, at_ms: 5, duplicate: false })
  assert.equal('conversation' in sent, false)
  assert.equal(chat.state.conversation, 'conversation-a')
  assert.deepEqual(chat.state.pending.map(({ state }) => state), ['sent'])
  await answer('conversation_sync', synced([message({ seq: 1, previous_seq: 0, client_id: sent.client_id })]))
  assert.deepEqual(seqs(chat), [1])
  assert.deepEqual(chat.state.pending, [])
})

test('broadcast before ack: the bubble becomes the message, once', async () => {
  const { chat, ready, answer, socket, outbox } = setUp({ token: 'token' })
  ready({ conversations: [view()] })
  await answer('conversation_sync', synced([]))
  await chat.send('selam')
  await settled()
  const { client_id, conversation } = socket().asked('message_send')[0].payload
  assert.equal(conversation, 'conversation-a')
  socket().hear('message_created', { message: message({ seq: 1, previous_seq: 0, client_id, author: { kind: 'visitor', name: '', id: null } }) })
  assert.deepEqual(chat.state.pending, [])
  await answer('message_send', { ok: true, conversation: 'conversation-a', seq: 1, at_ms: 5, duplicate: false })
  assert.deepEqual(seqs(chat), [1])
  assert.deepEqual(outbox.entries, [])
})

test('resume: sync first, flush afterwards', async () => {
  const { chat, ready, answer, socket, sockets, clock, auths } = setUp({ token: 'token' })
  ready({ conversations: [view({ head: 2 })] })
  await answer('conversation_sync', synced(log(1, 2)))
  socket().happens('disconnect', 'transport close')
  await chat.send('çevrimdışı yazıldı')
  assert.deepEqual(chat.state.pending.map(({ state }) => state), ['queued'])
  await clock.pass(1000)
  assert.equal(sockets.length, 2)
  assert.deepEqual(auths[1].resume, { epoch: 'epoch-one', last: { 'conversation-a': 2 } })
  ready({ conversations: [view({ head: 4 })] })
  await settled()
  assert.deepEqual(socket().sent.map(({ event }) => event), ['conversation_sync'])
  assert.equal(socket().sent[0].payload.wants[0].after, 2)
  await answer('conversation_sync', synced(log(3, 4)))
  assert.equal(socket().asked('message_send').length, 1)
  assert.deepEqual(seqs(chat), [1, 2, 3, 4])
})

test('more than fits in one answer is asked for until it is all there', async () => {
  const { chat, ready, answer } = setUp({ token: 'token' })
  ready({ conversations: [view({ head: 400 })] })
  await answer('conversation_sync', synced(log(1, 200), { head: 400, more: true }))
  await answer('conversation_sync', synced(log(201, 400)))
  assert.equal(chat.state.messages.length, 400)
  assert.equal(chat.state.loaded, true)
})

test('a gap is repaired by a sync; nothing is shown out of order meanwhile', async () => {
  const { chat, ready, answer, socket } = setUp({ token: 'token' })
  ready({ conversations: [view({ head: 1 })] })
  await answer('conversation_sync', synced(log(1, 1)))
  socket().hear('message_created', { message: message({ seq: 3, previous_seq: 2 }) })
  assert.deepEqual(seqs(chat), [1])
  const asked = await answer('conversation_sync', synced(log(2, 3)))
  assert.equal(asked.wants[0].after, 1)
  assert.deepEqual(seqs(chat), [1, 2, 3])
})

test('the beacon finds what was swallowed', async () => {
  const { chat, ready, answer, socket } = setUp({ token: 'token' })
  ready({ conversations: [view({ head: 1 })] })
  await answer('conversation_sync', synced(log(1, 1)))
  const before = socket().asked('conversation_sync').length
  assert.deepEqual(socket().hear('heads', { heads: [{ conversation: 'conversation-a', head: 2, seen_by_agent: 1, seen_by_visitor: 0, version: 4 }], queue_revision: null }), { ok: true })
  await settled()
  assert.equal(socket().asked('conversation_sync').length, before + 1)
  await answer('conversation_sync', synced(log(2, 2)))
  assert.deepEqual(seqs(chat), [1, 2])
  assert.equal(chat.state.view.seen_by_agent, 1)
  socket().hear('heads', { heads: [{ conversation: 'conversation-a', head: 2, seen_by_agent: 1, seen_by_visitor: 0, version: 4 }], queue_revision: null })
  await settled()
  assert.equal(socket().asked('conversation_sync').length, before + 1, 'nothing new, nothing asked')
})

test('another epoch starts the log over', async () => {
  const { chat, ready, answer, socket, clock } = setUp({ token: 'token' })
  ready({ conversations: [view({ head: 3 })] })
  await answer('conversation_sync', synced(log(1, 3)))
  socket().happens('disconnect', 'transport close')
  await clock.pass(1000)
  ready({ epoch: 'epoch-two', conversations: [view({ head: 1 })] })
  const restored = message({ seq: 1, previous_seq: 0, epoch: 'epoch-two' })
  await answer('conversation_sync', synced([restored], { epoch: 'epoch-two', reset: true }))
  assert.deepEqual(seqs(chat), [1])
  assert.equal(chat.state.messages[0].epoch, 'epoch-two')
})

test('a message written long after the end opens a new conversation, and the client moves there', async () => {
  const { chat, ready, answer } = setUp({ token: 'token' })
  ready({ conversations: [view({ status: 'resolved', head: 2 })] })
  await answer('conversation_sync', synced(log(1, 2)))
  await chat.send('yine ben')
  const { client_id } = await answer('message_send', { ok: true, conversation: 'conversation-b', seq: 1, at_ms: 9, duplicate: false })
  assert.equal(chat.state.conversation, 'conversation-b')
  const asked = await answer('conversation_sync', {
    ok: true,
    conversations: [{ ...synced([message({ conversation: 'conversation-b', seq: 1, previous_seq: 0, client_id })]).conversations[0], conversation: 'conversation-b', state: view({ conversation: 'conversation-b', head: 1 }) }],
  })
  assert.equal(asked.wants[0].conversation, 'conversation-b')
  assert.deepEqual(seqs(chat), [1])
  assert.deepEqual(chat.state.pending, [])
})

test('a token the server does not know is dropped, and the message still goes, as a new visitor', async () => {
  const { chat, ready, answer, shared, socket } = setUp({ token: 'revoked' })
  ready({ authenticated: false })
  assert.equal(shared.text, null)
  await chat.send('selam')
  await answer('visitor_start', { ok: true, token: 'new-token' })
  await answer('message_send', { ok: false, code: 'unauthenticated', message: '', retry: false, after_ms: null })
  await answer('visitor_start', { ok: true, token: 'newer-token' })
  assert.equal(shared.text, 'newer-token')
  assert.equal(socket().asked('message_send').length, 2)
})

test('two tabs start one visitor', async () => {
  const shared = { text: null }
  const locks = new FakeLocks()
  const store = new MemoryStore()
  const one = setUp({ shared, locks, store })
  const two = setUp({ shared, locks, store })
  one.ready()
  two.ready()
  await settled()
  await one.chat.send('from one')
  await two.chat.send('from two')
  await settled()
  assert.equal(one.socket().asked('visitor_start').length, 1)
  assert.equal(two.socket().asked('visitor_start').length, 0)
  await one.answer('visitor_start', { ok: true, token: 'the-token' })
  two.chat.tokenChanged()
  assert.equal(two.sockets.length, 2)
  assert.equal(two.auths[1].token, 'the-token')
})

test('a refusal of visitor_start that passes is waited out', async () => {
  const { chat, ready, answer, socket, clock } = setUp()
  ready()
  await chat.send('selam')
  await answer('visitor_start', { ok: false, code: 'rate_limited', message: '', retry: true, after_ms: 2000 })
  assert.deepEqual(chat.state.pending.map(({ state }) => state), ['queued'])
  await clock.pass(2000)
  assert.equal(socket().asked('visitor_start').length, 2)
})

test('unread counts people and bot, not activities or oneself, and ends when seen', async () => {
  const { chat, ready, answer, socket } = setUp({ token: 'token' })
  ready({ conversations: [view({ head: 4 })] })
  await answer('conversation_sync', synced([
    message({ seq: 1, previous_seq: 0, author: { kind: 'visitor', name: '', id: null } }),
    message({ seq: 2, previous_seq: 1, author: { kind: 'system', name: '', id: null }, kind: 'activity', body: { type: 'handed_off', actor: '', target: '', reason: '', details: {} } }),
    message({ seq: 3, previous_seq: 2 }),
    message({ seq: 4, previous_seq: 3, author: { kind: 'bot', name: '', id: null } }),
  ]))
  assert.equal(chat.state.unread, 2)
  chat.markSeen()
  chat.markSeen()
  assert.equal(chat.state.unread, 0)
  assert.deepEqual(socket().asked('messages_seen').map(({ payload }) => payload), [{ conversation: 'conversation-a', seq: 4 }])
})

test('typing shows, expires, and ends with the message; our own is said now and then', async () => {
  const { chat, ready, answer, socket, clock } = setUp({ token: 'token' })
  ready({ conversations: [view()] })
  await answer('conversation_sync', synced([]))
  const author = { kind: 'agent', name: 'Grace', id: 'agent-grace' }
  const typing = () => socket().hear('typing_changed', { conversation: 'conversation-a', author, typing: true, note: false, expires_in_ms: 6000 })
  typing()
  assert.equal(chat.state.typing.name, 'Grace')
  await clock.pass(6000)
  assert.equal(chat.state.typing, null)
  typing()
  socket().hear('message_created', { message: message({ seq: 1, previous_seq: 0 }) })
  assert.equal(chat.state.typing, null)
  for (let n = 0; n < 10; n++) { chat.setTyping(true); await clock.pass(500) }
  chat.setTyping(false)
  assert.deepEqual(socket().asked('typing_set').map(({ payload }) => payload.typing), [true, true, false])
})

test('asking for a person survives being offline', async () => {
  const { chat, ready, answer, outbox, clock } = setUp({ token: 'token' })
  await chat.requestPerson()
  ready({ conversations: [view()] })
  await answer('conversation_sync', synced([]))
  const asked = await answer('handoff_request', { ok: true, conversation: 'conversation-a', seq: 1, at_ms: 1, duplicate: false })
  assert.equal(asked.conversation, 'conversation-a')
  await clock.pass(1500)
  await answer('conversation_sync', synced([message({ seq: 1, previous_seq: 0, kind: 'activity' })]))
  assert.deepEqual(outbox.entries, [])
})

test('a conversation that is gone lets the message start another', async () => {
  const { chat, ready, answer, socket } = setUp({ token: 'token' })
  ready({ conversations: [view()] })
  await answer('conversation_sync', synced([]))
  await chat.send('selam')
  await answer('message_send', { ok: false, code: 'not_found', message: '', retry: false, after_ms: null })
  assert.equal('conversation' in socket().asked('message_send')[1].payload, false)
})

test('marks and head never go back', async () => {
  const { chat, ready, answer, socket } = setUp({ token: 'token' })
  ready({ conversations: [view({ seen_by_agent: 3 })] })
  await answer('conversation_sync', synced(log(1, 3), { state: view({ seen_by_agent: 3, head: 3 }) }))
  socket().hear('messages_seen_by', { conversation: 'conversation-a', seen_by_agent: 1, seen_by_visitor: 0 })
  socket().hear('conversation_updated', { state: view({ status: 'waiting', position: 2, head: 1, version: 5 }) })
  socket().hear('conversation_updated', { state: view({ status: 'bot', version: 2 }) })
  assert.equal(chat.state.view.seen_by_agent, 3)
  assert.equal(chat.state.view.head, 3)
  assert.equal(chat.state.view.position, 2)
})

test('who reads along at the end keeps a few hundred messages, however long it goes on', async () => {
  const { chat, ready, answer, socket } = setUp({ token: 'a-token-of-the-visitor' })
  ready({ conversations: [view({ head: 1 })] })
  await answer('conversation_sync', synced(log(1, 1)))
  for (const one of log(2, 1500)) {
    socket().hear('message_created', { message: one })
    chat.markSeen()
  }
  assert.ok(chat.state.messages.length <= 400)
  assert.equal(seqs(chat).at(-1), 1500)
  assert.equal(chat.state.earlier, true)
})

test('a sync that is refused for now is asked again when the server said so', async () => {
  const { ready, answer, socket, clock, chat } = setUp({ token: 'a-token-of-the-visitor' })
  ready({ conversations: [view({ head: 2 })] })
  await answer('conversation_sync', { ok: false, code: 'rate_limited', message: '', retry: true, after_ms: 9000 })
  await clock.pass(8999)
  assert.equal(socket().asked('conversation_sync').length, 1)
  assert.equal(chat.state.loaded, false)
  await clock.pass(1)
  await answer('conversation_sync', synced(log(1, 2)))
  assert.deepEqual(seqs(chat), [1, 2])
  assert.equal(chat.state.loaded, true)
})
