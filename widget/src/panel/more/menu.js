// What else can be done with a conversation: a person, the transcript, its end.

import { safeHref } from '../../core/nodes.js'

/** Refusals of a mail that have words of their own. */
const WHYS = new Map(Object.entries({ forbidden: 'early', rate_limited: 'many' }))

/** @param {import('./make.js').Kit} kit */
export function makeMenu({ desk: { t, chat, state, frame }, html, Icon, hooks: { useEffect, useRef, useState }, say }) {
  /** @param {{shut: () => void}} props */
  return function Menu({ shut }) {
    const [asks, setAsks] = useState(/** @type {'' | 'end' | 'mail'} */ (''))
    const [trouble, setTrouble] = useState('')
    const [sent, setSent] = useState('')
    const [email, setEmail] = useState('')
    const box = useRef(/** @type {HTMLDivElement | null} */ (null))
    const status = state.value.view?.status

    useEffect(() => { /** @type {HTMLElement | null | undefined} */ (box.current?.querySelector('input, button'))?.focus() }, [asks, sent])
    useEffect(() => {
      const outside = (/** @type {PointerEvent} */ { target }) => {
        const at = /** @type {Element} */ (target)
        if (!box.current?.contains(at) && !at.closest('[aria-haspopup]')) shut()
      }
      document.addEventListener('pointerdown', outside)
      return () => document.removeEventListener('pointerdown', outside)
    }, [])

    const key = (/** @type {KeyboardEvent} */ event) => {
      if (event.key === 'Escape' || (event.key === 'Tab' && asks !== 'mail')) {
        event.preventDefault()
        event.stopPropagation()
        shut()
      }
      if (asks === 'mail') return
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
        setTrouble('more.transcript.failed')
        return
      }
      if (tab === null) location.assign(href)
      else {
        tab.opener = null
        tab.location.replace(href)
      }
      shut()
    }
    /** To the address the shop knows; where it knows none, we ask. */
    const mail = async () => {
      setTrouble('')
      const answer = await chat.ask('transcript_mail', { conversation: state.value.conversation, email: email.trim() }).catch(() => ({ ok: false, code: 'timeout' }))
      if (answer.ok) setSent(answer.to)
      else if (answer.code === 'bad_request' && asks !== 'mail') setAsks('mail')
      else setTrouble(`more.transcript.${answer.code === 'bad_request' ? 'wrong' : WHYS.get(answer.code) ?? 'failed'}`)
    }
    const end = async () => {
      const done = await chat.leave().catch(() => null)
      if (done?.ok) shut()
      else setTrouble('more.end.failed')
    }
    const person = () => { void chat.requestPerson().catch(() => {}); shut() }
    const alert = trouble && html`<p class="wrong" id="menu-wrong" role="alert">${say(trouble)}</p>`
    if (sent) return html`<div class="menu ask" ref=${box} onKeyDown=${key}><p role="status">${say('more.transcript.sent', { to: sent })}</p><button class="btn wide" type="button" onClick=${shut}>${t('action.close')}</button></div>`
    if (asks === 'end') {
      return html`<div class="menu ask" ref=${box} role="alertdialog" aria-labelledby="end-ask" aria-describedby="end-note" onKeyDown=${key}>
        <h2 id="end-ask">${say('more.end.ask')}</h2><p id="end-note">${say('more.end.note')}</p>${alert}
        <button class="btn wide" type="button" onClick=${shut}>${t('action.cancel')}</button>
        <button class="btn wide stop" type="button" onClick=${end}>${say('more.end.confirm')}</button></div>`
    }
    if (asks === 'mail') {
      return html`<div class="menu ask" ref=${box} role="dialog" aria-labelledby="mail-ask" onKeyDown=${key}><form class="ask" noValidate onSubmit=${(/** @type {Event} */ event) => { event.preventDefault(); void mail() }}>
        <h2 id="mail-ask">${say('more.transcript.mail_ask')}</h2>
        <label class="field">${say('more.transcript.email')}<input type="email" autocomplete="email" maxlength="254" value=${email} aria-invalid=${trouble === 'more.transcript.wrong' ? 'true' : null} aria-describedby=${trouble ? 'menu-wrong' : null}
          onInput=${(/** @type {any} */ event) => setEmail(event.target.value)} /></label>${alert}
        <button class="btn main wide" type="submit">${say('more.transcript.send')}</button>
        <button class="btn wide" type="button" onClick=${shut}>${t('action.cancel')}</button></form></div>`
    }
    return html`<div class="menu" ref=${box} role="menu" aria-label=${t('widget.menu.label')} onKeyDown=${key}>
      ${status === 'bot' && html`<button class="row" role="menuitem" type="button" onClick=${person}><${Icon} name="person" lead /><span>${say('more.menu.person')}</span></button>`}
      <button class="row" role="menuitem" type="button" onClick=${() => transcript('view')}><${Icon} name="page" lead /><span>${say('more.transcript.view')}</span></button>
      <button class="row" role="menuitem" type="button" onClick=${() => transcript('text')}><${Icon} name="save" lead /><span>${say('more.transcript.download')}</span></button>
      ${frame.mail && html`<button class="row" role="menuitem" type="button" onClick=${mail}><${Icon} name="mail" lead /><span>${say('more.transcript.mail')}</span></button>`}
      ${status !== 'resolved' && html`<button class="row danger" role="menuitem" type="button" onClick=${() => setAsks('end')}><${Icon} name="cross" /><span>${say('more.end.confirm')}</span></button>`}
      ${alert}
    </div>`
  }
}
