// The head of the conversation: with whom, the way back, and what else can be done.

import { useEffect, useRef, useState } from 'preact/hooks'
import { safeHref } from '../core/nodes.js'
import { Minimise } from './home.js'
import { Avatar, Icon, html, useDesk } from './kit.js'

export function Head() {
  const { t, frame, state, line, screen } = useDesk()
  const { view, conversation, messages } = state.value
  const [open, setOpen] = useState(false)
  const opener = useRef(/** @type {HTMLButtonElement | null} */ (null))
  const agent = view?.status === 'open' ? view.agent : null
  const status = view?.status ?? 'bot'
  const cut = line.value.phase !== 'ready'
  const below = cut ? 'widget.status.offline' : status === 'resolved' ? 'widget.activity.resolved' : `widget.status.${status}`
  const shut = () => { setOpen(false); opener.current?.focus() }
  return html`<header class="bar">
    <button class="tool" type="button" aria-label=${t('widget.header.back')} onClick=${() => { screen.value = 'home' }}><${Icon} name="back" /></button>
    <div class="who"><${Avatar} big name=${agent ?? ''} bot=${!agent} />
      <div><h1 tabindex="-1"><bdi>${agent ?? frame.site.name}</bdi></h1>
      <p>${(cut || messages.length > 0) && html`${(cut || agent) && html`<span class=${`dot${cut ? ' off' : ''}`}></span>`}${t(below)}`}</p></div></div>
    ${conversation !== null && html`<button ref=${opener} class="tool" type="button" aria-label=${t('widget.menu.label')} aria-haspopup="menu" aria-expanded=${open ? 'true' : 'false'}
      onClick=${() => setOpen(!open)}><${Icon} name="more" /></button>`}
    <${Minimise} />
    ${open && html`<${Menu} shut=${shut} />`}
  </header>`
}

/** @param {{shut: () => void}} props */
function Menu({ shut }) {
  const { t, chat, state } = useDesk()
  const [asks, setAsks] = useState(false)
  const [trouble, setTrouble] = useState('')
  const box = useRef(/** @type {HTMLDivElement | null} */ (null))
  const status = state.value.view?.status

  useEffect(() => { box.current?.querySelector('button')?.focus() }, [asks])
  useEffect(() => {
    const outside = (/** @type {PointerEvent} */ { target }) => {
      const at = /** @type {Element} */ (target)
      if (!box.current?.contains(at) && !at.closest('[aria-haspopup]')) shut()
    }
    document.addEventListener('pointerdown', outside)
    return () => document.removeEventListener('pointerdown', outside)
  }, [])

  const key = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === 'Escape' || event.key === 'Tab') {
      event.preventDefault()
      event.stopPropagation()
      shut()
    }
    const items = [...(box.current?.querySelectorAll('button') ?? [])]
    const at = items.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement))
    const to = event.key === 'ArrowDown' ? at + 1 : event.key === 'ArrowUp' ? at - 1 : event.key === 'Home' ? 0 : event.key === 'End' ? -1 : null
    if (to === null) return
    event.preventDefault()
    items.at(to % items.length)?.focus()
  }
  const transcript = async (/** @type {'view' | 'text'} */ which) => {
    // Opened at the press, filled later: a browser blocks what opens after a wait.
    const tab = window.open('', '_blank')
    const links = await chat.transcriptLinks().catch(() => null)
    const href = links?.ok ? safeHref(new URL(links[which] ?? '', location.origin).href) : null
    if (href === null) {
      tab?.close()
      setTrouble('widget.transcript.failed')
      return
    }
    if (tab === null) location.assign(href)
    else {
      tab.opener = null
      tab.location.replace(href)
    }
    shut()
  }
  const end = async () => {
    const done = await chat.leave().catch(() => null)
    if (done?.ok) shut()
    else setTrouble('widget.end.failed')
  }
  const person = () => { void chat.requestPerson().catch(() => {}); shut() }
  const alert = trouble && html`<p class="wrong" role="alert">${t(trouble)}</p>`
  if (asks) {
    return html`<div class="menu ask" ref=${box} role="alertdialog" aria-labelledby="end-ask" aria-describedby="end-note" onKeyDown=${key}>
      <h2 id="end-ask">${t('widget.end.ask')}</h2><p id="end-note">${t('widget.end.note')}</p>${alert}
      <button class="btn wide" type="button" onClick=${shut}>${t('action.cancel')}</button>
      <button class="btn wide stop" type="button" onClick=${end}>${t('widget.end.confirm')}</button></div>`
  }
  return html`<div class="menu" ref=${box} role="menu" aria-label=${t('widget.menu.label')} onKeyDown=${key}>
    ${status === 'bot' && html`<button class="row" role="menuitem" type="button" onClick=${person}><${Icon} name="person" lead /><span>${t('widget.menu.person')}</span></button>`}
    <button class="row" role="menuitem" type="button" onClick=${() => transcript('view')}><${Icon} name="page" lead /><span>${t('widget.transcript.view')}</span></button>
    <button class="row" role="menuitem" type="button" onClick=${() => transcript('text')}><${Icon} name="save" lead /><span>${t('widget.transcript.download')}</span></button>
    ${status !== 'resolved' && html`<button class="row danger" role="menuitem" type="button" onClick=${() => setAsks(true)}><${Icon} name="cross" /><span>${t('widget.end.confirm')}</span></button>`}
    ${alert}
  </div>`
}
