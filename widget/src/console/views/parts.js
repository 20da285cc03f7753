// Small parts that many views use: avatar, timer, capacity, priority, dialog.

import { useEffect, useRef } from 'preact/hooks'
import { urgencyOf, rankOf } from '../urgency.js'
import { clockWords, initials } from '../wording.js'
import { html, useApp } from './html.js'
import { AvailabilityShape, Icon, UrgencyShape } from './icons.js'

/** @param {{name: string, kind?: string, size?: string, children?: any}} props */
export function Avatar({ name, kind = '', size = '', children }) {
  const { language } = useApp()
  return html`<span class="av ${kind} ${size}" aria-hidden="true">
    ${kind === 'bot' ? html`<${Icon} name="bot" size="s" />` : initials(name, language)}${children}
  </span>`
}

const WORDS = {
  calm: 'console.timer.calm', warn: 'console.timer.soon', late: 'console.timer.late', over: 'console.timer.over',
  idle: 'console.timer.idle', bot: 'console.timer.bot', done: 'console.status.resolved',
}
const CLASSES = { calm: '', warn: 'warn', late: 'late', over: 'over', idle: 'idle', bot: 'idle', done: 'idle' }

/** The live clock of one conversation: shape, time, word. @param {{conversation: import('../types.js').AgentConversation}} props */
export function Timer({ conversation }) {
  const { model, times, t } = useApp()
  const now = model.now.value
  const { level, since, share } = urgencyOf(conversation, now)
  const isQuiet = level === 'idle' || level === 'bot' || level === 'done'
  const waited = Math.max(0, now - since)
  const shown = isQuiet ? times.duration(Math.max(60_000, waited - (waited % 60_000))) : clockWords(times, waited)
  return html`<span class="timer ${CLASSES[level]}"><${UrgencyShape} level=${level} share=${share} />
    ${level === 'done' ? null : html`<b>${shown}</b> `}<span class="w">${t(WORDS[level])}</span></span>`
}

/** @param {{load: number, capacity: number}} props */
export function Slots({ load, capacity }) {
  if (capacity > 10) return null
  return html`<span class="slots" aria-hidden="true">${Array.from({ length: Math.max(capacity, load) }, (_, at) => html`<i class=${at < load ? 'on' : ''}></i>`)}</span>`
}

/** One to three bars and the word for screen readers. @param {{priority: string}} props */
export function Priority({ priority }) {
  const { t } = useApp()
  const rank = rankOf(priority)
  return html`<span class="bars ${rank > 0 ? 'hi' : ''}" role="img" aria-label=${t(`console.priority.${priority === 'high' || priority === 'urgent' ? priority : 'normal'}`)}>
    <i class="on"></i><i class=${rank > 0 ? 'on' : ''}></i><i class=${rank > 1 ? 'on' : ''}></i>
  </span>`
}

/** An agent's state in shape and word. @param {{agent: import('../types.js').AgentView}} props */
export function Standing({ agent }) {
  const { t } = useApp()
  const state = agent.present ? agent.availability : 'offline'
  return html`<span class="st"><${AvailabilityShape} state=${state} />${t(`console.availability.${state}`)}</span>`
}

/**
 * A modal dialog: the browser keeps the focus inside, Escape closes, focus goes back.
 *
 * @param {{label: string, kind?: string, onClose: () => void, children?: any}} props
 */
export function Dialog({ label, kind = '', onClose, children }) {
  const ref = useRef(/** @type {HTMLDialogElement | null} */ (null))
  useEffect(() => {
    const dialog = ref.current
    const before = document.activeElement
    if (dialog && !dialog.open) dialog.showModal()
    return () => { if (before instanceof HTMLElement && before.isConnected) before.focus() }
  }, [])
  const outside = (/** @type {MouseEvent} */ event) => { if (event.target === ref.current) onClose() }
  return html`<dialog ref=${ref} class="dlg ${kind}" aria-label=${label} onClose=${onClose} onMouseDown=${outside}>${children}</dialog>`
}

/** A dialog's head with its closing button. @param {{title: string, lead?: any, onClose: () => void}} props */
export function DialogHead({ title, lead, onClose }) {
  const { t } = useApp()
  return html`<header><div><h2>${title}</h2>${lead ? html`<p class="t2">${lead}</p>` : null}</div><span class="sp"></span>
    <button type="button" class="btn ghost ico" aria-label=${t('action.close')} onClick=${onClose}><${Icon} name="x" /></button>
  </header>`
}
