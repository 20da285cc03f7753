// How the line is, in words, and what is being done about it.

import { useEffect, useRef, useState } from 'preact/hooks'
import { Icon, html, useDesk } from './kit.js'

/** Trouble shorter than this is not worth a word; good news stay so long. */
const PATIENCE_MS = 1500
const GOOD_MS = 4000

export function Banner() {
  const { t, times, line, state, connection } = useDesk()
  const { phase, retryAt } = line.value
  const bad = phase !== 'ready'
  const [late, setLate] = useState(false)
  const [good, setGood] = useState('')
  const [now, setNow] = useState(Date.now())
  const wasLate = useRef(false)
  const waiting = useRef(0)
  const held = state.value.pending.filter(({ state: at }) => at === 'queued' || at === 'sending').length
  if (bad) waiting.current = Math.max(waiting.current, held)

  useEffect(() => {
    if (bad) {
      setGood('')
      const timer = setTimeout(setLate, PATIENCE_MS, true)
      return () => clearTimeout(timer)
    }
    setLate(false)
    return undefined
  }, [bad])
  useEffect(() => {
    if (late && bad) wasLate.current = true
    if (bad || !wasLate.current || held > 0) return undefined
    wasLate.current = false
    setGood(waiting.current > 0 ? t('widget.connection.back_sent', { count: waiting.current }) : t('widget.connection.back'))
    waiting.current = 0
    const timer = setTimeout(setGood, GOOD_MS, '')
    return () => clearTimeout(timer)
  }, [bad, late, held])
  useEffect(() => {
    if (retryAt === null) return undefined
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [retryAt])

  const retry = () => { connection.start(); connection.retryNow() }
  const away = navigator.onLine === false
  const said = !bad || !late ? '' : away ? t('widget.connection.offline') : phase === 'connecting' ? t('widget.connection.reconnecting') : t('widget.connection.lost')
  const seconds = retryAt === null ? 0 : Math.ceil((retryAt - now) / 1000)
  return html`<div class="banners">
    <div role="status">${said && html`<div class="banner"><${Icon} name="offline" /><span><b>${said}</b>
        ${!away && seconds > 0 && html` <span aria-hidden="true">${t('widget.connection.retry_in', { duration: times.duration(seconds * 1000) })}</span>`}</span>
        ${(away || phase === 'offline') && html`<button class="btn" type="button" onClick=${retry}>${t('widget.connection.now')}</button>`}</div>`}
      ${!bad && good && html`<div class="banner good"><${Icon} name="tick" /><span><b>${good}</b></span></div>`}
    </div>
  </div>`
}

/** The server will not have us: what still works. */
export function Unreachable() {
  const { t, frame, connection, state } = useDesk()
  const { phone, email } = frame.site.contact ?? {}
  return html`<main class="scroll lone">
    <div class="notice">
      <svg class="art" viewBox="0 0 112 88" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
        <path d="M20 80V46a36 36 0 0 1 58-28M92 40v40" opacity=".45" /><path d="M8 80h96" />
        <path class="accent" d="M38 80V47a18 18 0 0 1 36 0v33M84 22l6-8m2 14 9-3M79 14l2-8" /></svg>
      <h1 tabindex="-1">${t('widget.unreachable.title')}</h1>
      <p>${t('widget.unreachable.text')}${state.value.pending.length > 0 ? ` ${t('widget.unreachable.kept')}` : ''}</p>
      <button class="btn" type="button" onClick=${() => connection.start()}><${Icon} name="retry" />${t('widget.message.retry')}</button>
    </div>
    ${(phone || email) && html`<section class="ways"><h2 class="label">${t('widget.unreachable.ways')}</h2><div class="card rows">
      ${phone && html`<a class="row" href=${`tel:${phone.replace(/[^+\d]/g, '')}`}><${Icon} name="phone" lead /><span>${t('widget.contact.phone')}<small class="num">${phone}</small></span></a>`}
      ${email && html`<a class="row" href=${`mailto:${email}`} target="_blank" rel="noopener"><${Icon} name="mail" lead /><span>${t('widget.contact.email')}<small>${email}</small></span></a>`}
    </div></section>`}
  </main>`
}
