// The composer. A reply goes to the visitor, a note stays in the house: ground, edge, sentence,
// button and key differ, and switching between them keeps both texts.

import { useEffect, useRef } from 'preact/hooks'
import { sends } from '../keys.js'
import { withKey } from '../model.js'
import { isMine } from '../store.js'
import { html, useApp } from './html.js'
import { Icon, ProblemShape } from './icons.js'
import { Avatar } from './parts.js'

/** From how many characters before the limit on the rest is shown. */
const HINT_FROM = 500
const isMac = /Mac|iPhone|iPad/.test(navigator.platform)

/** @param {{one: import('../types.js').AgentConversation}} props */
export function Composer({ one }) {
  const app = useApp()
  const { model, drafts, actions, t } = app
  const id = one.conversation
  void model.draftTick.value
  const mine = isMine(model.state.value, one)
  const mode = model.modes.value.get(id) ?? 'reply'
  const text = drafts.text(id, mode)
  const field = useRef(/** @type {HTMLTextAreaElement | null} */ (null))
  const isNote = mode === 'note'
  const left = model.limit.value - [...text].length
  const isDown = model.line.value.phase !== 'ready'
  const refused = model.refused.value.get(id)
  const others = [...(model.typing.value.get(id)?.values() ?? [])].filter(typer => typer.kind === 'agent')
  const rival = isNote ? undefined : others.find(typer => !typer.note)
  useEffect(() => () => actions.stopTyping(), [])
  if (one.status === 'resolved' && text === '' && refused === undefined) return null
  const isReady = text.trim() !== '' && left >= 0 && (isNote || mine) && one.status !== 'resolved'
  const choose = (/** @type {import('../drafts.js').Mode} */ next) => {
    actions.stopTyping()
    model.modes.value = withKey(model.modes.value, id, next)
    field.current?.focus()
  }
  const send = () => {
    if (!isReady) return
    void actions.send(one, mode)
    field.current?.focus()
  }
  const pressed = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === 'Escape') return field.current?.blur()
    if (!sends(event, mode)) return
    event.preventDefault()
    send()
  }
  const typed = (/** @type {Event} */ event) => {
    const { value } = /** @type {HTMLTextAreaElement} */ (event.target)
    drafts.write(id, mode, value)
    if (value === '') actions.stopTyping()
    else if (isNote || mine) actions.typed(id, mode)
  }
  const placeholder = isNote ? t('console.note.placeholder') : mine ? t('console.reply.placeholder') : t('console.reply.not_yours')
  const command = isMac ? '⌘' : 'Ctrl'
  return html`<section class="composer ${isNote ? 'is-note' : ''}" aria-label=${isNote ? t('console.note') : t('console.reply')}>
    ${refused === undefined ? null : html`<div class="refused" role="alert"><${ProblemShape} /><span>${t('console.refused.back', { why: refused })}</span>
      <button type="button" class="btn ghost ico sm" aria-label=${t('action.close')} onClick=${() => { model.refused.value = withKey(model.refused.value, id, undefined) }}><${Icon} name="x" size="s" /></button></div>`}
    ${isNote ? html`<div class="strip" id="note-strip"><${Icon} name="lock" size="s" />${t('console.note.strip')}</div>` : null}
    <div class="top"><div class="seg" role="group" aria-label=${t('console.modes')}>
        <button type="button" aria-pressed=${isNote ? 'false' : 'true'} onClick=${() => choose('reply')}><${Icon} name="send" size="s" />${t('console.reply')} <kbd aria-hidden="true">R</kbd></button>
        <button type="button" class="is-note" aria-pressed=${isNote ? 'true' : 'false'} onClick=${() => choose('note')}><${Icon} name="lock" size="s" />${t('console.note')} <kbd aria-hidden="true">N</kbd></button></div>
      <span class="sp"></span>
      ${others.length > 0 ? html`<span class="typers hide-s"><${Avatar} name=${others[0].name} size="s" /><span class="cut">${t(others[0].note ? 'console.collision.note' : 'console.collision.typing', { agent: others[0].name })}</span></span>` : null}</div>
    <textarea ref=${field} id="composer" dir="auto" rows="2" aria-label=${isNote ? t('console.note') : t('console.reply')} aria-describedby=${isNote ? 'note-strip' : null}
      placeholder=${placeholder} value=${text} onInput=${typed} onKeyDown=${pressed} onBlur=${() => actions.stopTyping()} spellcheck="true" lang=${one.language}></textarea>
    <div class="foot">
      ${left <= HINT_FROM ? html`<span class="left ${left < 0 ? 'crit' : ''}" role="status">${left < 0 ? t('console.left.over', { count: -left }) : t('console.left', { count: left })}</span>` : null}
      ${isNote || !mine ? null : html`<label class="btn ghost ico" title=${t('console.file.attach')}><${Icon} name="file" /><span class="vh">${t('console.file.attach')}</span>
        <input class="vh" type="file" accept="image/jpeg,image/png,image/webp,image/gif,application/pdf" onChange=${(/** @type {any} */ event) => { for (const file of event.target.files) void actions.attach(one, file); event.target.value = '' }} /></label>`}
      ${isNote || !mine || one.status === 'resolved' ? null : html`<button type="button" class="btn ghost ico" title=${t('console.card.title_dialog')} aria-label=${t('console.card.title_dialog')} onClick=${() => { model.dialog.value = 'card' }}><${Icon} name="tag" /></button>`}
      <span class="sp"></span>
      ${isNote
        ? html`<button type="button" class="btn note" disabled=${!isReady} onClick=${send}><${Icon} name="lock" size="s" />${t('console.note.add')} <kbd class="hide-s" aria-hidden="true">${command} Enter</kbd></button>`
        : html`<button type="button" class="btn pri" disabled=${!isReady} onClick=${send}>${isDown ? t('console.send.queue') : rival ? t('console.send.anyway', { agent: rival.name }) : t('console.send')} <kbd class="hide-s" aria-hidden="true">Enter</kbd></button>`}
    </div>
  </section>`
}
