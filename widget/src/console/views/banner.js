// What is told above everything: the line is down, it is back, the session has ended.

import { secondsLeft } from '../actions.js'
import { html, useApp } from './html.js'
import { Icon } from './icons.js'

/** The bars on top; they push and never cover. */
export function Banners() {
  const { model, connection, t } = useApp()
  const line = model.line.value
  const waiting = model.entries.value.filter(entry => entry.state === 'queued' && entry.payload.kind === 'text').length
  const back = model.back.value
  const inner = () => {
    if (line.phase === 'refused') {
      return html`<div class="banner"><${Icon} name="off" /><div><b>${t('console.line.refused')}</b> ${t('console.line.refused_hint')}</div><span class="sp"></span>
        <button type="button" class="btn soft sm" onClick=${() => location.reload()}>${t('console.line.sign_in')}</button></div>`
    }
    if (line.phase !== 'ready' && model.wasReady.value) {
      void model.now.value
      const seconds = line.retryAt === null ? null : Math.max(0, Math.ceil((line.retryAt - Date.now()) / 1000))
      return html`<div class="banner"><${Icon} name="off" /><div><b>${t('console.line.lost')}</b> ${waiting > 0 ? t('console.line.waiting', { count: waiting }) : t('console.line.go_on')}</div><span class="sp"></span>
        <span class="t12 t2 num" aria-hidden="true">${line.phase === 'connecting' || seconds === null ? t('console.line.trying') : t('console.line.retry_in', { seconds })}</span>
        <button type="button" class="btn soft sm" disabled=${line.phase === 'connecting'} onClick=${() => connection.retryNow()}>${t('console.line.now')}</button></div>`
    }
    if (back !== null) {
      return html`<div class="banner back"><${Icon} name="check" /><div><b>${t('console.line.back')}</b> ${back > 0 ? t('console.line.went', { count: back }) : t('console.line.all_here')}</div></div>`
    }
    if (line.phase === 'offline' && !model.wasReady.value) {
      return html`<div class="banner"><${Icon} name="off" /><div><b>${t('console.line.never')}</b> ${t('console.line.never_hint')}</div><span class="sp"></span>
        <button type="button" class="btn soft sm" onClick=${() => connection.retryNow()}>${t('console.line.now')}</button></div>`
    }
    return null
  }
  return html`<div role="status">${inner()}</div>`
}

/** One sentence at the bottom, with a way back where there is one. */
export function Toasts() {
  const { model, t } = useApp()
  const toast = model.toast.value
  const left = toast?.untilMs === undefined ? null : secondsLeft(toast.untilMs - model.now.value)
  return html`<div class="toasts">
    <div role="status" aria-live="polite">${toast && !toast.isProblem ? html`<div class="toast"><span>${toast.text}</span>
      ${toast.undo ? html`<button type="button" class="link" onClick=${toast.undo}>${t('console.undo')}${left === null ? '' : html` <span class="num" aria-hidden="true">${left}</span>`}</button>` : null}</div>` : null}</div>
    <div role="alert">${toast?.isProblem ? html`<div class="toast"><span>${toast.text}</span></div>` : null}</div>
  </div>`
}
