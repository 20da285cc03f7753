// Puts the core together for this page and keeps what the screens read.

import { systemClock } from '../core/clock.js'
import { Connection } from '../core/connection.js'
import { VisitorConversation } from '../core/conversation.js'
import { clientId } from '../core/ids.js'
import { watchPage } from '../core/lifecycle.js'
import { Outbox } from '../core/outbox.js'
import { Socket } from '../core/socket.js'
import { NOTHING } from '../core/state.js'
import { FallbackStore, IndexedStore, textStore } from '../core/stores.js'
import { VERSION } from '../core/wire.js'
import { makeTimes, makeWords } from '../core/words.js'
import { makeCells } from './cells.js'
import { whenBack } from './frame.js'
import { listenToLoader, pageOf } from './port.js'

/** @typedef {import('./frame.js').FrameData} FrameData */
/** @typedef {import('../core/wire.js').MessageView} MessageView */
/** @typedef {ReturnType<typeof makeDesk>} Desk */

/** The other tabs, where the browser lets us speak to them. @param {string} name */
function openChannel(name) {
  try {
    return new BroadcastChannel(name)
  } catch {
    return undefined
  }
}

/** How long to wait for the loader to say which page this is, before connecting without it. */
const LOADER_WITHIN_MS = 400
/** Addresses of files are good for a quarter of an hour; asked for again a little before. */
const LINK_MS = 14 * 60_000
/** So long after opening, an unread message may still turn the screen to itself. */
const SETTLES_WITHIN_MS = 2000

/**
 * Build everything behind the screens.
 *
 * @param {FrameData} frame
 * @param {(colour: unknown, theme: unknown) => void} dress puts the shop's colour and theme on the page
 * @param {() => any} lend what the parts that are fetched later work with
 */
export function makeDesk(frame, dress, lend) {
  const { key: site } = frame.site
  const clock = systemClock
  const t = makeWords(frame.language, frame.words)
  const times = makeTimes(frame.language, t, { now: () => clock.now() })
  const client = clientId()
  const token = textStore(() => localStorage, `supportchat:token:${site}`)
  const draft = textStore(() => sessionStorage, `supportchat:draft:${site}`)
  /** The screen from which this page was begun anew, once a tab. */
  const renewed = textStore(() => sessionStorage, 'supportchat:renewed')
  const { cell, subscribe } = makeCells()
  const memory = cell(false)
  const channel = openChannel(`supportchat:${site}`)
  const store = new FallbackStore(new IndexedStore(indexedDB, `supportchat-${site}`), () => { memory.value = true })

  const connection = new Connection({
    clock,
    open: attempt => new Socket({
      origin: location.origin, namespace: '/visitor',
      // A network that swallows WebSockets fails slowly: every third try begins with polling.
      pollFirst: attempt % 3 === 2,
      auth: () => ({ version: VERSION, client, ...chat.auth() }),
    }),
  })
  const outbox = new Outbox({
    store, clock, channel, locks: navigator.locks, name: `supportchat:${site}`, send: entry => chat.deliver(entry),
  })
  const chat = new VisitorConversation({ connection, outbox, token, site, language: frame.language, clock })

  /** What was fetched because somebody needed it; null until then. @type {import('./cells.js').Cell<any>} */
  const parts = cell(/** @type {any} */ (null))
  /** @type {Promise<any> | undefined} */
  let fetching
  /** Asked for before the conversation, and given or not needed. */
  const passed = cell(false)
  /** The message that is being replied to. @type {import('./cells.js').Cell<MessageView | null>} */
  const replying = cell(/** @type {MessageView | null} */ (null))
  /** Addresses of files, and until when they are good. @type {Map<string, {url: string, until: number}>} */
  const links = new Map()
  let rule = ''
  // Storage answers late at first, a phone's after 15 ms: who has nothing kept there is not to wait for it.
  const state = cell(frame.first ? NOTHING : chat.state)
  const line = cell(connection.state)
  /** Whether the panel can be seen: hosted page, or the loader says so. */
  const shown = cell(frame.hosted)
  const screen = cell(/** @type {'home' | 'thread' | 'data'} */ ('home'))
  const prefill = cell('')
  /** Whether the shop's page takes things into its basket, and what it said last. */
  const basket = cell(false)
  const carted = cell(/** @type {any} */ (null))
  /** Seq of the first message that was unread when the thread was opened; 0 for none. */
  const newFrom = cell(0)
  const people = { get value() { return state.value.people ?? frame.people } }

  const loader = listenToLoader({
    origins: frame.origins,
    hear(message) {
      if (message.jwt !== undefined) chat.identity.word = message.jwt
      if (message.context || message.jwt !== undefined) void more().then(({ shop }) => shop(message.context)).catch(() => {})
      if ('cart' in message) basket.value = message.cart === true
      const page = pageOf(message.page)
      if (page !== null) chat.pageViewed(page)
      if (message.type === 'hello') {
        dress(message.color, message.theme)
        connection.start()
      }
      else if (message.type === 'theme') dress(null, message.theme)
      else if (message.type === 'carted') carted.value = message
      else if (message.type === 'shown') show(message.prefill, message.rule)
      else if (message.type === 'hidden') shown.value = false
      else if (message.type === 'forget') forget()
    },
  })

  let justShownUntil = 0
  /** Fetch the parts that are not needed at once. An address that is gone is a newer server's: start anew. */
  function more() {
    fetching ??= import(frame.more.js).then(module => {
      const sheet = Object.assign(document.createElement('link'), { rel: 'stylesheet', href: frame.more.css })
      document.head.append(sheet)
      return parts.value = module.make(lend())
    }, error => {
      fetching = undefined
      if (connection.isReady && !renewed.read()) {
        renewed.write(screen.value)
        if (renewed.durable) location.reload()
      }
      throw error
    })
    return fetching
  }

  /** @param {string} file @returns {Promise<string | null>} its address; null when it is gone */
  async function fileLink(file) {
    const there = links.get(file)
    if (there !== undefined && there.until > clock.now()) return there.url
    const answer = await chat.ask('file_links', { conversation: state.value.conversation, files: [file] })
    const url = answer.ok ? answer.links[file] ?? null : null
    if (url !== null) links.set(file, { url, until: clock.now() + LINK_MS })
    return url
  }

  /** @param {unknown} text @param {unknown} from the rule that opened */
  function show(text, from) {
    if (typeof from === 'string') rule = from
    if (typeof text === 'string' && text !== '') {
      prefill.value = text.slice(0, 4000)
      openThread()
    } else if (state.value.unread > 0) {
      openThread()
    }
    shown.value = true
    justShownUntil = clock.now() + SETTLES_WITHIN_MS
    connection.retryNow()
  }

  function openThread() {
    const { messages, unread } = state.value
    const others = messages.filter(({ kind, author }) => kind !== 'activity' && (author.kind === 'agent' || author.kind === 'bot'))
    newFrom.value = unread > 0 ? others.at(-unread)?.seq ?? 0 : 0
    screen.value = 'thread'
  }

  function forget() {
    connection.tell('visitor_end', {})
    connection.stop()
    clear()
  }

  /** Nothing of who was here stays on this device. */
  function clear() {
    token.remove()
    draft.remove()
    for (const { client_id } of outbox.entries) void outbox.discard(client_id)
  }

  const announce = (/** @type {string} */ name, /** @type {unknown} */ value = null) => loader.say({ type: 'event', name, value })
  let before = { back: '', unread: -1, live: false, agent: /** @type {string | null} */ (null), status: '' }
  chat.subscribe(next => {
    state.value = next
    const now = { back: whenBack(frame, people.value), unread: next.unread, live: next.known, agent: next.view?.agent ?? null, status: next.view?.status ?? '' }
    // News that were still on their way when the panel was opened: straight to them.
    if (now.unread > 0 && screen.value === 'home' && shown.value && clock.now() < justShownUntil) openThread()
    if (now.back !== before.back) loader.say({ type: 'back', value: now.back })
    if (now.unread !== before.unread) loader.say({ type: 'unread', value: now.unread })
    if (now.live !== before.live) {
      loader.say({ type: 'live', value: now.live })
      channel?.postMessage({ token: now.live })
    }
    if (now.agent !== null && now.agent !== before.agent) announce('agent:assigned')
    if (now.status !== before.status) {
      if (before.status === '' || before.status === 'resolved') announce('chat:start')
      if (now.status === 'resolved') announce('chat:end')
      if (now.status === 'waiting') announce('queue', { position: next.view?.position ?? null })
    }
    before = now
  })
  chat.onMessage(({ author }) => {
    if (rule !== '' && author.kind === 'visitor') for (const step of ['opened', 'answered']) void chat.ask('rule_count', { rule, step }).catch(() => {})
    if (author.kind === 'visitor') rule = ''
  })
  chat.onMessage(({ author }) => announce(author.kind === 'visitor' ? 'message:sent' : 'message:received', { author: author.kind }))
  connection.subscribe(next => { line.value = next })
  channel?.addEventListener('message', ({ data }) => { if (typeof data?.token === 'boolean') chat.tokenChanged() })
  watchPage({ connection, outbox, window, document, clock })

  return {
    cell, parts, more, passed, replying, fileLink,
    /** Whether something is asked before the first message. */
    get asksBefore() {
      const { fields, privacy, consent } = frame.widget
      return !passed.value && !state.value.known && fields.length + privacy.text.length + consent.text.length > 0
    },
    pass() { passed.value = true },
    erased() {
      clear()
      chat.forget()
    },
    basket, carted,
    /** Ask the shop's page to take a product. @param {import('../core/wire.js').ProductView} product @returns {string} what its answer will name */
    sendToBasket({ sku, title, url, price_kurus: kurus }) {
      const id = clientId()
      loader.say({ type: 'cart', value: { id, sku, title, url, price: kurus && kurus / 100, quantity: 1 } })
      return id
    },
    subscribe, frame, t, times, chat, outbox, connection, draft, state, line, shown, screen, prefill, people, newFrom, memory, announce, openThread,
    close: () => loader.say({ type: 'close' }),
    /** Read what is kept on this device, and connect. */
    async start() {
      await outbox.open()
      if (!token.durable) memory.value = true
      if (renewed.read() === 'thread') {
        renewed.write('1')
        openThread()
      }
      if (state.value.known) loader.say({ type: 'live', value: true })
      if (frame.hosted) connection.start()
      else clock.after(() => connection.start(), LOADER_WITHIN_MS)
    },
  }
}
