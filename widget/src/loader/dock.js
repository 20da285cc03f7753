// What the launcher needs once somebody wants to talk: the way to the panel, the page behind it, and
// the shop's own word on basket and product. Runs on the shop's page, beside the loader that fetched it.

import css from './dock.css'
import { shakeHands } from './frame.js'
import { contextOf } from './context.js'
import { currentPage, holdPage, watchPage } from './page.js'
import { languageOf, say } from './words.js'

/** @typedef {import('./main.js').Core} Core */

/** @param {Core} core */
function dock(core) {
  const { now, host, root, box, button, color, make, icon, announce, draw, flag, load, fail } = core
  /** @type {ReturnType<typeof shakeHands> | undefined} */
  let hands
  /** @type {(() => void) | undefined} */
  let release
  /** @type {Element | null} */
  let opener
  /** @type {string | undefined} */
  let prefill
  /** @type {string | undefined} */
  let rule
  /** @type {Record<string, unknown> | undefined} */
  let context
  /** Who is signed in, by the shop's signature; null for nobody. @type {string | null | undefined} */
  let jwt
  let leaves = false

  const badge = make('span', { class: 'badge', 'aria-hidden': 'true' })
  const shut = make('button', { class: 'shut' }, icon(core.DOWN))
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(css)
  const life = new AbortController()
  const { signal } = life
  const small = matchMedia('(width <= 480px)')
  const tell = (/** @type {Record<string, unknown>} */ message) => hands?.say(message)

  function lay() {
    const { open, unread } = now
    const full = open && small.matches
    const news = unread > 0 && !open
    const t = (/** @type {string} */ key) => say(now.language, key)
    // Holding the page reads where it stands, so that comes before what moves anything.
    if (full) release ??= holdPage(host)
    else {
      release?.()
      release = undefined
    }
    dress()
    draw()
    box.ariaModal = `${full}`
    shut.ariaLabel = t('close')
    if (!shut.parentElement) box.prepend(shut)
    if (news) button.ariaLabel += `, ${t(unread === 1 ? 'one' : 'other').replace('{count}', `${unread}`)}`
    badge.hidden = !news
    badge.textContent = unread > 99 ? '99+' : `${unread}`
  }

  /** The dock's own looks, with the first thing it draws. */
  function dress() {
    if (badge.parentElement) return
    root.adoptedStyleSheets.push(sheet)
    button.append(badge)
  }

  function bring(/** @type {HTMLIFrameElement} */ frame = load()) {
    hands?.end()
    now.ready = false
    hands = shakeHands(frame, new URL(core.src).origin, hear, ok => {
      if (!ok) return fail(() => { bring(); lay() })
      now.ready = true
      tell({ type: 'hello', page: currentPage(), color, theme: now.theme, context, jwt })
      show()
      if (leaves) leave()
    })
  }

  function show() {
    tell({ type: now.open ? 'shown' : 'hidden', prefill, rule, cart: core.heard?.includes('cart:add') })
    if (!now.open) return
    prefill = undefined
    if (now.ready) rule = undefined
    requestAnimationFrame(() => { if (now.open) core.frame()?.focus() })
  }

  function hear(/** @type {Record<string, any>} */ { type, name, value }) {
    if (type === 'close') close()
    else if (type === 'unread') {
      now.unread = +value
      lay()
      announce(type, { count: now.unread })
    } else if (type === 'back') button.title = `${value}`
    else if (type === 'live') now.live = flag(value === true)
    else if (type === 'cart') {
      const { id, ...product } = value
      announce('cart:add', { ...product, done: (ok = true) => tell({ type: 'carted', id, ok: !!ok }) })
    }
    // The panel never announces what was written.
    else if (type === 'event') announce(name, value)
  }

  function open(/** @type {{prefill?: string, rule?: string}} */ options = {}) {
    if (options.rule) rule = `${options.rule}`
    if (options.prefill) prefill = `${options.prefill}`
    if (!now.open) {
      opener = document.activeElement
      now.open = true
      announce('open')
    }
    if (!hands) bring(core.frame())
    lay()
    show()
  }

  function close() {
    if (!now.open) return
    now.open = false
    lay()
    tell({ type: 'hidden' })
    const back = opener === document.body || opener === host ? button : opener
    if (back instanceof HTMLElement) back.focus()
    announce('close')
  }

  /** What this device knows is the panel's to forget; it needs a moment, and nobody sees it any more. */
  function leave() {
    tell({ type: 'forget' })
    now.live = flag(false)
    life.abort()
    setTimeout(() => { hands?.end(); host.remove() }, 500)
  }

  shut.onclick = close
  small.addEventListener('change', lay, { signal })
  watchPage(() => tell({ type: 'page', page: currentPage() }), signal)
  // Where focus is when a full-screen panel covers everything else.
  root.addEventListener('focusin', () => { if (release && root.activeElement === button) core.frame()?.focus() }, { signal })

  if (core.frame()) bring(core.frame())
  core.dock({
    open, close,
    toggle: () => now.open ? close() : open(),
    /** Basket, product, order, as the shop knows them: shown to agents as unverified. */
    context(/** @type {unknown} */ said) {
      context = { ...context, ...contextOf(said) }
      tell({ type: 'context', context })
      announce('context', context)
    },
    identify(/** @type {unknown} */ signed) {
      jwt = typeof signed === 'string' ? signed : null
      tell({ type: 'identify', jwt })
    },
    setLanguage(/** @type {string} */ tag) {
      now.language = languageOf(tag)
      if (hands) bring()
      lay()
    },
    setTheme(/** @type {string} */ name) {
      now.theme = name
      lay()
      tell({ type: 'theme', theme: name })
    },
    /** The shopper signed out: forget them on this device and leave the page. */
    shutdown() {
      close()
      leaves = true
      host.style.display = 'none'
      if (now.live && !hands) bring()
      if (now.ready || !hands) leave()
    },
  })
  // From a mail with an answer, on the device where the conversation is.
  if (location.hash === '#supportchat') core.call('open')
}

dock(/** @type {any} */ (document.currentScript).core)
