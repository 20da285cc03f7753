// When the shop speaks first: watches for what its rules wait for, shows one line, counts what came of
// it. Fetched only by shops that have rules. Once a visit, never over an open panel, never for good after
// it was closed once, and never opens anything by itself.

import css from './rules.css'

/**
 * @typedef {{id: string, when: string, value: string, text: Record<string, string>, pages: string[]}} Rule
 * @typedef {import('./main.js').Core} Core
 */

/** Put in by the server. @type {{rules: Rule[], close: Record<string, string>, back: Record<string, string>}} back: when people are there again */
// @ts-expect-error: a name that the served file declares
const { rules, close: CLOSE, back } = RULES
/** Nobody is spoken to before so long on a page, milliseconds. */
const PATIENCE_MS = 3000

/** A pattern of paths with `*` for anything. @param {string} pattern @param {string} path */
export const fits = (pattern, path) => new RegExp(`^${pattern.split('*').map(part => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&')).join('.*')}$`).test(path)

/** @param {Core} core */
function watch(core) {
  const { site, now, box, button, make, icon, announce, call, tracked, DOWN } = core
  const key = `supportchat:${site}:spoken`
  const life = new AbortController()
  const { signal } = life
  const born = performance.now()
  button.title ||= back[now.language] ?? ''

  /** What is remembered: in this visit that we spoke, for good that it was closed. @param {'sessionStorage' | 'localStorage'} where @param {boolean} [write] */
  function mark(where, write = false) {
    try {
      if (write) window[where].setItem(key, '1')
      return window[where].getItem(key) !== null
    } catch {
      return false
    }
  }
  const tell = (/** @type {string} */ rule) => {
    const body = new URLSearchParams({ rule, step: 'shown' })
    navigator.sendBeacon?.(new URL(`/widget/${site}/told`, core.src).href, body)
  }

  function speak(/** @type {Rule} */ rule) {
    const text = rule.text[now.language]
    if (signal.aborted || !text || now.open || now.live) return
    const early = PATIENCE_MS - (performance.now() - born)
    if (early > 0) {
      setTimeout(speak, early + 1, rule)
      return
    }
    if (!rule.pages.some(pattern => fits(pattern, location.pathname)) && rule.pages.length > 0) return
    life.abort()
    mark('sessionStorage', true)
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(css)
    core.root.adoptedStyleSheets.push(sheet)
    const say = make('button', { class: 'say' }, text)
    const shut = make('button', { class: 'shut', 'aria-label': CLOSE[now.language] }, icon(DOWN))
    const teaser = make('div', { class: 'teaser', role: 'status', lang: now.language }, say, shut)
    say.onclick = () => {
      teaser.remove()
      announce('rule', { rule: rule.id })
      call('open', { rule: rule.id })
    }
    shut.onclick = () => {
      teaser.remove()
      mark('localStorage', true)
      button.focus()
    }
    box.before(teaser)
    document.addEventListener('supportchat:open', () => teaser.remove(), { once: true })
    announce('teaser', { rule: rule.id })
    tell(rule.id)
  }

  if (mark('sessionStorage') || mark('localStorage')) return
  for (const rule of rules) {
    const amount = Number(rule.value) || 0
    const say = () => speak(rule)
    /** @type {ReturnType<typeof setTimeout>} */
    let timer
    const on = (/** @type {EventTarget} */ target, /** @type {string} */ name, /** @type {(event: any) => void} */ run) => target.addEventListener(name, run, { signal, passive: true })
    if (rule.when === 'time') timer = setTimeout(say, Math.max(amount * 1000, PATIENCE_MS))
    else if (rule.when === 'return') { if (document.referrer.startsWith(location.origin) || now.live) continue; timer = setTimeout(say, PATIENCE_MS) }
    else if (rule.when === 'scroll') on(window, 'scroll', () => { if (scrollY + innerHeight >= document.documentElement.scrollHeight * amount / 100) say() })
    else if (rule.when === 'exit') on(document.documentElement, 'pointerleave', event => { if (event.pointerType === 'mouse' && event.clientY <= 0) say() })
    else if (rule.when === 'idle') {
      const wait = () => { clearTimeout(timer); timer = setTimeout(say, amount * 1000) }
      for (const name of ['pointermove', 'keydown', 'scroll']) on(window, name, wait)
      wait()
    } else if (rule.when === 'cart') on(document, 'supportchat:context', ({ detail }) => { if (Number(detail?.cart?.total) >= amount) setTimeout(say, PATIENCE_MS) })
    else if (rule.when === 'track') {
      if (tracked.includes(rule.value)) say()
      on(document, 'supportchat:track', ({ detail }) => { if (detail?.name === rule.value) say() })
    }
    signal.addEventListener('abort', () => clearTimeout(timer))
  }
  // Once the chat is used nobody is spoken to.
  document.addEventListener('supportchat:open', () => life.abort(), { once: true })
}

watch(/** @type {any} */ (document.currentScript).core)
