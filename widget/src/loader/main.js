// The launcher on the shop's page: draws one button, opens the panel, hands on what the shop asks.
// Reads one flag of the shop's storage and writes none before the first message.

import { makeFrame } from './frame.js'
import { currentPage, holdPage, watchPage } from './page.js'
import css from './launcher.css'
import { languageOf, say } from './words.js'

const CHAT = 'M10 3C5.7 3 2.5 5.8 2.5 9.5c0 1.9.8 3.5 2.2 4.7-.1 1-.5 1.9-1.2 2.7 1.6-.1 2.9-.6 4-1.4.8.2 1.6.3 2.5.3 4.3 0 7.5-2.8 7.5-6.3S14.3 3 10 3Z'
const DOWN = 'm5 7.8 5 5 5-5'

/**
 * An element; `d` makes it a drawing of that path.
 *
 * @param {string} tag
 * @param {Record<string, string>} attributes
 * @param {(Node | string)[]} children
 */
function make(tag, attributes, ...children) {
  const element = /^(svg|path)$/.test(tag) ? document.createElementNS('http://www.w3.org/2000/svg', tag) : document.createElement(tag)
  for (const name in attributes) element.setAttribute(name, attributes[name])
  element.append(...children)
  return /** @type {HTMLElement} */ (element)
}

const icon = (/** @type {string} */ d, name = '') =>
  make('svg', { viewBox: '0 0 20 20', 'aria-hidden': 'true', class: name }, make('path', { d }))

function start(/** @type {HTMLScriptElement} */ { src, dataset }) {
  const { site = '', color, launcher, position = 'right' } = dataset
  const flag = `supportchat:${site}`
  let language = languageOf(dataset.lang ?? document.documentElement.lang)
  let theme = dataset.theme ?? 'auto'
  let isOpen = false
  let unread = 0
  let live = keepFlag(flag)
  /** Whether the panel answers; undefined until we know. @type {boolean | undefined} */
  let there
  /** @type {ReturnType<typeof makeFrame> | undefined} */
  let frame
  /** @type {(() => void) | undefined} */
  let release
  /** @type {Element | null} */
  let opener
  /** @type {string | undefined} */
  let prefill

  const life = new AbortController()
  const small = matchMedia('(width <= 480px)')
  const badge = make('span', { class: 'badge', 'aria-hidden': 'true' })
  const button = make('button', { class: 'launcher', 'aria-haspopup': 'dialog' }, icon(CHAT, 'chat'), icon(DOWN, 'down'), badge)
  const shell = make('div', { class: 'shell' })
  const box = make('div', { class: 'frame', role: 'dialog' }, shell)
  const host = make('div', { 'data-position': position })
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(css)
  const root = host.attachShadow({ mode: 'open' })
  root.adoptedStyleSheets = [sheet]
  root.append(make('div', { class: 'dock' }, box, button))
  button.hidden = launcher === 'none'
  if (color) host.style.setProperty('--accent', color)

  const t = (/** @type {string} */ key) => say(language, key, unread)
  const tell = (/** @type {Record<string, unknown>} */ message) => frame?.say(message)
  const announce = (/** @type {string} */ name, /** @type {unknown} */ detail = null) =>
    document.dispatchEvent(new CustomEvent(`supportchat:${name}`, { detail }))

  function draw() {
    const full = isOpen && small.matches
    const news = unread > 0 && !isOpen
    host.lang = language
    host.dataset.theme = theme
    host.toggleAttribute('data-open', isOpen)
    box.hidden = !isOpen
    box.ariaLabel = t('label')
    box.ariaModal = `${full}`
    button.ariaExpanded = `${isOpen}`
    // The name stays as it is when the panel opens: aria-expanded says that.
    button.ariaLabel = t('label') + (news ? `, ${t(unread === 1 ? 'one' : 'other')}` : '')
    badge.hidden = !news
    badge.textContent = unread > 99 ? '99+' : `${unread}`
    if (full) release ??= holdPage(host)
    else {
      release?.()
      release = undefined
    }
    shell.hidden = there === true
    if (!frame) return
    frame.element.title = t('label')
    frame.element.hidden = !there
  }

  function drawShell() {
    const shut = make('button', { class: 'shut', 'aria-label': t('close') }, icon(DOWN))
    const again = make('button', { class: 'again' }, t('retry'))
    const held = shell.contains(root.activeElement)
    shut.onclick = close
    again.onclick = load
    if (there === false) shell.replaceChildren(shut, make('b', { role: 'alert' }, t('unreachable')), again)
    else shell.replaceChildren(shut, '…')
    // Whose button was replaced keeps the focus in here.
    if (held) shut.focus()
  }

  function load() {
    frame?.remove()
    there = undefined
    frame = makeFrame(new URL(`/frame/${site}?lang=${language}&theme=${theme}`, src), hear, settled)
    box.append(frame.element)
    drawShell()
    draw()
  }

  function settled(/** @type {boolean} */ ok) {
    there = ok
    drawShell()
    draw()
    if (ok) {
      tell({ type: 'hello', page: currentPage(), color, theme })
      show()
    } else announce('error', { code: 'unreachable' })
  }

  function show() {
    tell({ type: isOpen ? 'shown' : 'hidden', prefill })
    if (!isOpen) return
    prefill = undefined
    if (there) frame?.element.focus()
    else /** @type {HTMLElement} */ (shell.firstChild).focus()
  }

  function hear(/** @type {Record<string, any>} */ { type, name, value }) {
    if (type === 'close') close()
    else if (type === 'unread') {
      unread = +value
      draw()
      announce(type, { count: unread })
    } else if (type === 'live') live = keepFlag(flag, value === true)
    // The panel never announces what was written.
    else if (type === 'event') announce(name, value)
  }

  function open(/** @type {{prefill?: string}} */ options = {}) {
    if (options.prefill) prefill = `${options.prefill}`
    if (!isOpen) {
      opener = document.activeElement
      isOpen = true
      announce('open')
    }
    if (!frame || there === false) load()
    draw()
    show()
  }

  function close() {
    if (!isOpen) return
    isOpen = false
    draw()
    tell({ type: 'hidden' })
    const back = opener === document.body || opener === host ? button : opener
    if (back instanceof HTMLElement) back.focus()
    announce('close')
  }

  const toggle = () => isOpen ? close() : open()
  button.onclick = toggle
  host.onkeydown = ({ key }) => { if (key === 'Escape') close() }
  small.addEventListener('change', draw, life)
  document.addEventListener('click', event => {
    if (!(/** @type {Element} */ (event.target).closest?.('[data-chat-open]'))) return
    event.preventDefault()
    open()
  }, life)
  watchPage(() => tell({ type: 'page', page: currentPage() }), life.signal)

  /** @type {Record<string, (...args: any[]) => unknown>} */
  const api = {
    open, close, toggle,
    show() { button.hidden = false },
    hide() { button.hidden = true },
    on(/** @type {string} */ name, /** @type {(detail: unknown) => void} */ listener) {
      const off = new AbortController()
      document.addEventListener(`supportchat:${name}`, event => listener(/** @type {CustomEvent} */ (event).detail), off)
      return () => off.abort()
    },
    setLanguage(/** @type {string} */ tag) {
      language = languageOf(tag)
      if (frame) load()
      draw()
    },
    setTheme(/** @type {string} */ name) {
      theme = name
      draw()
      tell({ type: 'theme', theme })
    },
    /** The shopper signed out: forget them on this device and leave the page. */
    shutdown() {
      close()
      tell({ type: 'forget' })
      keepFlag(flag, false)
      life.abort()
      // The panel needs a moment to forget; nobody sees it any more.
      host.style.display = 'none'
      setTimeout(() => { frame?.remove(); host.remove() }, 500)
    },
    state: () => ({ open: isOpen, unread, live, ready: there === true }),
  }
  const page = /** @type {any} */ (window)
  const queue = page.SupportChat?.q ?? []
  const call = (/** @type {string} */ name, /** @type {unknown[]} */ ...args) => api[name]?.(...args)
  page.SupportChat = Object.assign(call, api)

  draw()
  document.body.append(host)
  for (const args of queue) call(.../** @type {[string]} */ (args))
  if (live && !frame) (window.requestIdleCallback ?? setTimeout)(() => { if (!frame) load() })
  announce('ready')
}

/**
 * The one thing kept on the shop's side: a conversation exists. Without `on` it is only read.
 *
 * @param {string} flag
 * @param {boolean} [on]
 */
function keepFlag(flag, on) {
  try {
    if (on) localStorage.setItem(flag, '1')
    else if (on === false) localStorage.removeItem(flag)
    return localStorage.getItem(flag) !== null
  } catch {
    // Denied: the conversation is found again when the panel is opened.
    return false
  }
}

const script = document.currentScript
if (script instanceof HTMLScriptElement && script.dataset.site) {
  if (document.body) start(script)
  else addEventListener('DOMContentLoaded', () => start(script))
}
