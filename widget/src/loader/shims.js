// The calls of other chats, said to ours: for shops that change over and keep their scripts as they are.
// Optional: `<script src="…/widget/shims.js">` before the loader. Maps what has a counterpart; what has none
// does nothing. Identity by HMAC of another vendor is not carried over.

const page = /** @type {any} */ (window)
page.SupportChat ??= Object.assign((/** @type {unknown[]} */ ...args) => page.SupportChat.q.push(args), { q: [] })
const say = (/** @type {string} */ name, /** @type {unknown[]} */ ...args) => page.SupportChat(name, ...args)
const hear = (/** @type {string} */ name, /** @type {(detail: any) => void} */ run) =>
  document.addEventListener(`supportchat:${name}`, event => run(/** @type {CustomEvent} */ (event).detail))
const state = () => page.SupportChat.state?.() ?? { open: false, unread: 0, live: false, ready: false }

// Chatwoot: $chatwoot and its window events.
page.$chatwoot ??= {
  toggle: (/** @type {string | undefined} */ to) => say(to === 'open' || to === 'close' ? to : 'toggle'),
  toggleBubbleVisibility: (/** @type {string} */ to) => say(to === 'hide' ? 'hide' : 'show'),
  popoutChatWindow: () => say('open'),
  setLocale: (/** @type {string} */ tag) => say('setLanguage', tag),
  setColorScheme: (/** @type {string} */ theme) => say('setTheme', theme),
  setCustomAttributes: (/** @type {unknown} */ values) => say('context', { visitor: values }),
  setConversationCustomAttributes: (/** @type {unknown} */ values) => say('context', { order: values }),
  setUser() {}, setLabel() {}, removeLabel() {}, deleteCustomAttribute() {},
  reset: () => say('shutdown'),
  get isOpen() { return state().open },
  get hasLoaded() { return typeof page.SupportChat.state === 'function' },
}
page.chatwootSDK ??= { run() {} }
const shout = (/** @type {string} */ name, /** @type {unknown} */ detail = null) => dispatchEvent(new CustomEvent(name, { detail }))
hear('ready', () => shout('chatwoot:ready'))
hear('open', () => shout('chatwoot:opened'))
hear('close', () => shout('chatwoot:closed'))
hear('chat:start', () => shout('chatwoot:on-start-conversation'))
hear('message:received', detail => shout('chatwoot:on-message', detail))
hear('error', detail => shout('chatwoot:error', detail))

// tawk.to: Tawk_API with its callbacks as properties.
const tawk = page.Tawk_API = page.Tawk_API ?? {}
const back = (/** @type {string} */ name, /** @type {unknown[]} */ ...args) => { if (typeof tawk[name] === 'function') tawk[name](...args) }
Object.assign(tawk, {
  maximize: () => say('open'), minimize: () => say('close'), toggle: () => say('toggle'), popup: () => say('open'),
  showWidget: () => say('show'), hideWidget: () => say('hide'), shutdown: () => say('shutdown'), start() {}, endChat() {},
  isChatMaximized: () => state().open, isChatMinimized: () => !state().open, isChatOngoing: () => state().live,
  setAttributes(/** @type {unknown} */ values, /** @type {unknown} */ done) { say('context', { visitor: values }); if (typeof done === 'function') done() },
  addEvent(/** @type {string} */ name, /** @type {unknown} */ _, /** @type {unknown} */ done) { say('track', name); if (typeof done === 'function') done() },
  addTags() {}, removeTags() {},
})
hear('ready', () => back('onLoad'))
hear('open', () => back('onChatMaximized'))
hear('close', () => back('onChatMinimized'))
hear('chat:start', () => back('onChatStarted'))
hear('chat:end', () => back('onChatEnded'))
hear('agent:assigned', () => back('onAgentJoinChat'))
hear('message:received', () => back('onChatMessageAgent'))
hear('message:sent', () => back('onChatMessageVisitor'))
hear('rating', ({ score }) => back('onChatSatisfaction', score))
hear('unread', ({ count }) => back('onUnreadCountChanged', count))

// Crisp: $crisp.push([verb, name, args]).
/** @type {Record<string, (args: any[]) => void>} */
const CRISP = {
  'do chat:open': () => say('open'), 'do chat:close': () => say('close'), 'do chat:toggle': () => say('toggle'),
  'do chat:show': () => say('show'), 'do chat:hide': () => say('hide'), 'do session:reset': () => say('shutdown'),
  'do trigger:run': ([name]) => say('track', name),
  'set message:text': ([text]) => say('open', { prefill: text }),
  'set session:data': ([values]) => say('context', { visitor: Array.isArray(values) ? Object.fromEntries(values) : values }),
  'set session:event': ([events]) => { for (const [name] of Array.isArray(events) ? events : []) say('track', name) },
}
/** @type {Record<string, string>} */
const HEARD = { 'session:loaded': 'ready', 'chat:initiated': 'chat:start', 'chat:opened': 'open', 'chat:closed': 'close', 'message:sent': 'message:sent', 'message:received': 'message:received' }
const early = Array.isArray(page.$crisp) ? page.$crisp : []
page.$crisp = {
  push(/** @type {any[]} */ [verb, name, args]) {
    if (verb === 'on' && HEARD[name] && typeof args === 'function') hear(HEARD[name], args)
    else if (verb !== 'safe') CRISP[`${verb} ${name}`]?.(Array.isArray(args) ? args : [args])
  },
  is: (/** @type {string} */ name) => name === 'chat:opened' ? state().open : name === 'chat:closed' ? !state().open : name === 'session:ongoing' ? state().live : false,
  get: (/** @type {string} */ name) => name === 'chat:unread:count' ? state().unread : null,
}
for (const one of early) page.$crisp.push(one)
