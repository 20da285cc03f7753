// Puts the console together: reads what the page was given, opens the line, draws.

import { effect } from '@preact/signals'
import { render } from 'preact'
import { systemClock } from '../core/clock.js'
import { Connection } from '../core/connection.js'
import { clientId } from '../core/ids.js'
import { watchPage } from '../core/lifecycle.js'
import { Outbox } from '../core/outbox.js'
import { Socket } from '../core/socket.js'
import { FallbackStore, IndexedStore, textStore } from '../core/stores.js'
import { makeTimes, makeWords } from '../core/words.js'
import { Actions } from './actions.js'
import { Alerts } from './alerts.js'
import { listenToKeys, makeCommands } from './commands.js'
import { Drafts } from './drafts.js'
import { makeModel } from './model.js'
import { applyTheme, makePrefs } from './prefs.js'
import { Session } from './session.js'
import { conversationOf, isMine } from './store.js'
import { urgencyOf } from './urgency.js'
import { Root } from './views/app.js'
import { html } from './views/html.js'
import { visitorName } from './wording.js'
import './console.css'

/** @typedef {import('./types.js').AgentConversation} AgentConversation */

/** @type {import('./types.js').ConsoleData} */
const data = JSON.parse(document.getElementById('console-data')?.textContent ?? '{}')
const clock = systemClock
const { language } = data
const t = makeWords(language, data.words)
const model = makeModel(data)
const local = () => localStorage
const prefs = makePrefs(textStore(local, 'console.prefs'))
applyTheme(document.documentElement, prefs.theme.value)
const alerts = new Alerts({ prefs, title: document.title })

const client = clientId()
const connection = new Connection({
  clock,
  open: attempt => new Socket({
    origin: location.origin, namespace: '/agent',
    // A network that swallows WebSockets fails slowly: every third try begins with polling.
    pollFirst: attempt % 3 === 2,
    auth: () => ({ version: data.protocol, client, resume: session.resume() }),
  }),
})
const outbox = new Outbox({
  store: new FallbackStore(new IndexedStore(indexedDB, `console-${data.me.id}`)),
  send: entry => connection.request(entry.event, { ...entry.payload, client_id: entry.client_id }),
  clock, locks: navigator.locks, name: `console-outbox-${data.me.id}`,
  channel: new BroadcastChannel(`console-outbox-${data.me.id}`),
})
const drafts = new Drafts({
  store: textStore(local, `console.${data.me.id}.drafts`), clock,
  save: (conversation, text) => {
    connection.tell('draft_save', { conversation, text })
    return connection.isReady
  },
  changed: () => { model.draftTick.value += 1 },
})
const session = new Session({
  model, connection, outbox, drafts, clock,
  call: (told, why, text) => call(told, why, text),
  giveBack: entry => actions.giveBack(entry),
})
const actions = new Actions({ model, connection, outbox, drafts, session, clock, t })
const times = makeTimes(language, t, { now: () => session.now() })
const parts = { model, actions, session, drafts, prefs, alerts, connection, outbox, t, times, language }
const app = { ...parts, run: makeCommands(parts) }

/** Call the agent who may look elsewhere. @param {AgentConversation} told @param {'offer' | 'message'} why @param {string} text */
function call(told, why, text) {
  const visitor = visitorName(t, told)
  const open = () => actions.select(told.conversation)
  if (why === 'offer') {
    alerts.ring('offer')
    model.alarm.value = t('console.request.announce', { visitor })
    alerts.notify(t('console.request.title', { visitor }), text, told.conversation, () => window.focus())
    return
  }
  actions.keepOpen(told.conversation, t('console.resolve.kept', { visitor }))
  const isWatched = document.visibilityState === 'visible' && document.hasFocus() && model.selected.value === told.conversation
  if (isWatched) return
  alerts.ring('message')
  model.announce.value = t('console.message.announce', { visitor })
  alerts.notify(visitor, text, told.conversation, open)
}

/** Say once when one of ours runs late; never each second. */
function watchLateness() {
  /** @type {Map<string, string>} */
  const levels = new Map()
  effect(() => {
    const now = model.now.value
    for (const one of model.state.peek().conversations.values()) {
      if (!isMine(model.state.peek(), one)) continue
      const { level } = urgencyOf(one, now)
      if (levels.get(one.conversation) !== level && (level === 'late' || level === 'over')) {
        model.announce.value = t('console.late.announce', { visitor: visitorName(t, one) })
      }
      levels.set(one.conversation, level)
    }
  })
}

effect(() => {
  let count = model.state.value.offers.size
  for (const one of model.state.value.conversations.values()) if (isMine(model.state.value, one)) count += one.unread
  alerts.badge(count)
})
effect(() => {
  // Who is selected may have left this agent's sight.
  const id = model.selected.value
  if (id !== null && model.state.value.known && conversationOf(model.state.value, id) === null && !model.logs.value.has(id)) model.selected.value = null
})
watchLateness()
window.addEventListener('pointerdown', () => alerts.unlock(), { once: true })
window.addEventListener('keydown', () => alerts.unlock(), { once: true })
listenToKeys(app)
watchPage({ connection, outbox, window, document, clock, hiddenMs: null })
setInterval(() => session.tick(), 1000)

const root = document.getElementById('console')
if (root) render(html`<${Root} app=${app} />`, root)
void outbox.open().catch(() => {}).then(() => connection.start())
