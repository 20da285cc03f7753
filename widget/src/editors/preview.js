// An answer exactly as the widget shows it: the widget's own style sheet inside a shadow root, the
// server's own nodes built as DOM. No HTML string exists on the way.

import { renderNodes } from '../core/nodes.js'

/** @typedef {import('../core/wire.js').MarkdownNode} MarkdownNode */
/** @typedef {{show: (nodes: Record<string, MarkdownNode[]>) => void}} Preview */

/**
 * @param {string} type
 * @param {Record<string, any> | null} props
 * @param {...(Node | string)} children
 */
function make(type, props, ...children) {
  const element = document.createElement(type)
  for (const [name, value] of Object.entries(props ?? {})) element.setAttribute(name, String(value))
  element.append(...children)
  return element
}

/** @returns {Preview} */
export function showPreviews() {
  const host = document.querySelector('[data-preview]')
  const kept = document.getElementById('nodes')
  if (!(host instanceof HTMLElement) || kept === null) return { show: () => {} }
  /** @type {Record<string, MarkdownNode[]>} */
  let nodes = JSON.parse(kept.textContent ?? '{}')
  const pressed = document.querySelector('[data-switch=language] [aria-pressed=true]')
  let language = pressed instanceof HTMLButtonElement ? pressed.value : Object.keys(nodes)[0] ?? 'tr'
  const root = host.attachShadow({ mode: 'open' })
  const sheet = make('link', { rel: 'stylesheet', href: host.dataset.css ?? '' })
  const log = make('div', { class: 'thread preview' })
  // What the panel's page sets on its body.
  log.style.font = 'var(--t-body)'
  log.style.color = 'var(--ink)'
  log.style.background = 'var(--surface)'
  root.append(sheet, log)

  const draw = () => {
    const question = host.dataset.asked ?? (document.querySelector(`[name="${language}.question"]`) instanceof HTMLInputElement
      ? /** @type {HTMLInputElement} */ (document.querySelector(`[name="${language}.question"]`)).value : '')
    const inside = renderNodes(nodes[language] ?? [], make)
    const topic = make('p', { class: 'topic' }, make('span', null, host.dataset.title ?? question))
    log.lang = language
    log.replaceChildren(
      ...(question ? [make('div', { class: 'group me' }, make('div', { class: 'bubble', dir: 'auto' }, question))] : []),
      ...(inside.length > 0 ? [make('div', { class: 'group' }, make('span', { class: 'from' }, host.dataset.bot ?? ''),
        make('div', { class: 'card' }, make('div', { class: 'in md', dir: 'auto' }, topic, ...inside)))] : []),
    )
  }
  for (const bar of document.querySelectorAll('[data-switch]')) {
    bar.addEventListener('click', event => {
      const button = event.target
      if (!(button instanceof HTMLButtonElement)) return
      bar.querySelectorAll('button').forEach(one => one.setAttribute('aria-pressed', String(one === button)))
      if (bar instanceof HTMLElement && bar.dataset.switch === 'theme') host.style.colorScheme = button.value
      else language = button.value
      draw()
    })
  }
  document.addEventListener('focusin', event => {
    const side = event.target instanceof Element ? event.target.closest('[data-language]') : null
    if (side instanceof HTMLElement && side.dataset.language && side.dataset.language !== language) {
      language = side.dataset.language
      document.querySelectorAll('[data-switch=language] button').forEach(one => one.setAttribute('aria-pressed', String(one instanceof HTMLButtonElement && one.value === language)))
      draw()
    }
  })
  draw()
  return { show: fresh => { nodes = fresh; draw() } }
}
