// The launcher on the shop's page: draws one button and keeps what the shop asks for. What is needed
// once somebody wants to talk comes with the dock. Reads one flag of the shop's storage, writes nothing.

import css from './launcher.css'
import { languageOf, say } from './words.js'

/** @typedef {(...args: any[]) => any} Method */
/** @typedef {ReturnType<typeof start>} Core what the dock and the rules work with; grows, never changes */

const CHAT = 'M10 3C5.7 3 2.5 5.8 2.5 9.5c0 1.9.8 3.5 2.2 4.7-.1 1-.5 1.9-1.2 2.7 1.6-.1 2.9-.6 4-1.4.8.2 1.6.3 2.5.3 4.3 0 7.5-2.8 7.5-6.3S14.3 3 10 3Z'
const DOWN = 'm5 7.8 5 5 5-5'
/** Asked for before the dock is there, and kept until it is; the first two make it come. */
const METHODS = 'open toggle close identify context setLanguage setTheme shutdown'.split(' ')
/** The dock's digest, put in by the build. @type {string} */
// @ts-expect-error: replaced by build.mjs
const DOCK = DOCK_DIGEST

/**
 * An element; `d` makes it a drawing of that path.
 *
 * @param {string} tag
 * @param {Record<string, string>} attributes
 * @param {(Node | string)[]} children
 */
function make(tag, attributes, ...children) {
  const element = /^(svg|path)$/.test(tag) ? document.createElementNS('http://www.w3.org/2000/svg', tag) : document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  element.append(...children)
  return /** @type {HTMLElement} */ (element)
}

const icon = (/** @type {string} */ d, name = '') =>
  make('svg', { viewBox: '0 0 20 20', 'aria-hidden': 'true', class: name }, make('path', { d }))

function start(/** @type {HTMLScriptElement} */ { src, dataset, nonce, integrity }) {
  const { site = '', color, launcher, proactive, position = 'right' } = dataset
  const now = {
    language: languageOf(dataset.lang ?? document.documentElement.lang), theme: dataset.theme ?? 'auto',
    open: false, unread: 0, live: flag(), ready: false,
  }
  const button = make('button', { class: 'launcher', 'aria-haspopup': 'dialog' }, icon(CHAT, 'chat'), icon(DOWN, 'down'))
  const box = make('div', { class: 'frame', role: 'dialog' })
  const dock = make('div', { class: 'dock' }, box, button)
  const host = make('support-chat', { 'data-position': position })
  const root = host.attachShadow({ mode: 'open' })
  const sheet = new CSSStyleSheet()
  /** @type {HTMLIFrameElement | undefined} */
  let frame
  /** @type {Record<string, Method> | undefined} */
  let methods
  /** @type {HTMLScriptElement | undefined} */
  let fetching
  /** @type {[string, ...any[]][]} */
  let queue = []

  /** A conversation exists: the one thing kept on the shop's side. Without `on` it is only read. */
  function flag(/** @type {boolean | undefined} */ on = undefined) {
    const key = `supportchat:${site}`
    try {
      if (on) localStorage.setItem(key, '1')
      else if (on === false) localStorage.removeItem(key)
      return localStorage.getItem(key) !== null
    } catch {
      // Denied: the conversation is found again when the panel is opened.
      return false
    }
  }

  const t = (/** @type {string} */ key) => say(now.language, key)
  const announce = (/** @type {string} */ name, /** @type {unknown} */ detail = null) =>
    document.dispatchEvent(new CustomEvent(`supportchat:${name}`, { detail }))

  function draw() {
    const { open, language, theme } = now
    host.lang = language
    host.style.colorScheme = theme === 'auto' ? '' : theme
    host.toggleAttribute('data-open', open)
    box.hidden = !open
    box.ariaLabel = t('label')
    button.ariaExpanded = `${open}`
    // The name stays as it is when the panel opens: aria-expanded says that.
    button.ariaLabel = t('label')
  }

  /** A script of ours, which finds what it works with on its own element. */
  function script(/** @type {string} */ path, /** @type {() => void} */ failed, digest = '') {
    const element = document.createElement('script')
    if (nonce) element.nonce = nonce
    // Who pins the loader pins what it loads.
    if (integrity && digest) Object.assign(element, { crossOrigin: '', integrity: digest })
    element.onerror = failed
    const address = new URL(path, src).href
    /** @type {any} */
    const { trustedTypes } = window
    const policy = trustedTypes?.createPolicy('supportchat', { createScriptURL: (/** @type {string} */ url) => url })
    Object.assign(element, { core, src: policy?.createScriptURL(address) ?? address })
    document.head.append(element)
    return element
  }

  /** The panel, anew; the dock hides it until it answers. */
  function load() {
    const mine = frame = document.createElement('iframe')
    mine.title = t('label')
    mine.onload = () => { mine.dataset.loaded = '1' }
    mine.src = new URL(`/frame/${site}?lang=${now.language}&theme=${now.theme}&live=${now.live}`, src).href
    box.replaceChildren(mine)
    return mine
  }

  /** Nobody answers: say so, with a way to try again. */
  function fail(/** @type {() => void} */ again) {
    const retry = make('button', {}, t('retry'))
    retry.onclick = again
    frame = undefined
    box.replaceChildren(make('b', { role: 'alert' }, t('unreachable')), retry)
    if (now.open) retry.focus()
    announce('error', { code: 'unreachable' })
  }

  function fetch() {
    fetching ??= script(`/widget/dock.js?${DOCK.slice(7, 17)}`, () => {
      fetching = undefined
      if (now.open) fail(bring)
    }, DOCK)
  }

  function bring() {
    if (!frame) load()
    fetch()
  }

  /** @type {Method} */
  function call(name, ...args) {
    const method = methods?.[name] ?? api[name]
    if (method && (methods || !METHODS.includes(name))) return method(...args)
    queue.push([name, ...args])
    if (name === 'close') now.open = false
    else if (name === 'setTheme') now.theme = args[0]
    else if (name === 'setLanguage') now.language = languageOf(args[0])
    else if (name !== 'shutdown' || now.live) {
      if (/^[ot]/.test(name)) now.open = true
      if (now.open || now.live) bring()
    } else host.remove()
    draw()
  }

  /** @type {Record<string, Method>} */
  const api = {
    show() { button.hidden = false },
    hide() { button.hidden = true },
    on(/** @type {string} */ name, /** @type {(detail: unknown) => void} */ listener) {
      core.heard.push(name)
      const off = new AbortController()
      document.addEventListener(`supportchat:${name}`, event => listener(/** @type {CustomEvent} */ (event).detail), off)
      return () => off.abort()
    },
    track(/** @type {string} */ name) {
      core.tracked.push(`${name}`)
      announce('track', { name })
    },
    state: () => ({ ...now }),
  }
  for (const name of METHODS) api[name] = call.bind(null, name)

  const core = {
    site, src, color, now, host, root, box, button, make, icon, announce, draw, flag, load, fail, call, DOWN,
    tracked: /** @type {string[]} */ ([]),
    /** Events that the shop listens to. */
    heard: /** @type {string[]} */ ([]),
    frame: () => frame,
    /** The dock is there: it answers from now on, what was asked before comes first. */
    dock(/** @type {Record<string, Method>} */ theirs) {
      methods = theirs
      const asked = queue
      queue = []
      // It was opened at the press; how, the dock is told again.
      if (now.open) now.open = false
      for (const one of asked) call(...one)
    },
  }

  sheet.replaceSync(css)
  root.adoptedStyleSheets = [sheet]
  root.append(dock)
  button.hidden = launcher === 'none'
  if (color) host.style.setProperty('--accent', color)
  button.onclick = () => call('toggle')
  button.onpointerenter = button.onfocus = fetch
  // A press takes a tenth of a second on glass: the panel is on its way meanwhile.
  button.onpointerdown = bring
  host.onkeydown = ({ key }) => { if (key === 'Escape') call('close') }
  document.addEventListener('click', event => {
    if (!(/** @type {Element} */ (event.target).closest?.('[data-chat-open]'))) return
    event.preventDefault()
    call('open')
  })

  const page = /** @type {any} */ (window)
  const early = page.SupportChat?.q ?? []
  page.SupportChat = Object.assign(call, api)
  draw()
  document.body.append(host)
  for (const args of early) call(.../** @type {[string]} */ (args))
  const idle = window.requestIdleCallback ?? setTimeout
  if (now.live) idle(() => bring())
  if (proactive != null) idle(() => { script(`/widget/${site}/rules.js`, () => {}) })
  announce('ready')
  return core
}

const script = /** @type {HTMLScriptElement | null} */ (document.currentScript)
if (script?.dataset?.site) {
  if (document.body) start(script)
  else addEventListener('DOMContentLoaded', () => start(script))
}
