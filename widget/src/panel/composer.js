// Where the visitor writes. The field is cleared only once the message is written down.

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { Icon, html, useDesk } from './kit.js'
import { lineOf } from './bubbles.js'
import { openForm } from './rows.js'

/** Fewer characters left than this are told. */
const TELL_LEFT = 200

/** How each detail is best typed. @type {Record<string, Record<string, string>>} */
const FIELDS = {
  name: { autocomplete: 'name', autocapitalize: 'words', enterkeyhint: 'send' },
  contact: { inputmode: 'email', autocomplete: 'email', autocapitalize: 'none', spellcheck: 'false', enterkeyhint: 'send' },
  order: { autocomplete: 'off', autocapitalize: 'characters', spellcheck: 'false', enterkeyhint: 'send' },
}

export function Composer() {
  const { t, chat, state, draft, prefill, replying, more, frame } = useDesk()
  const [text, setText] = useState(() => draft.read() ?? '')
  const [trouble, setTrouble] = useState(false)
  const field = useRef(/** @type {HTMLTextAreaElement | null} */ (null))
  const { limits, view, messages, pending } = state.value
  const form = openForm(messages, pending)
  const left = limits.max_text_chars - [...text].length
  const ready = text.trim() !== '' && left >= 0

  useEffect(() => {
    if (prefill.value === '') return
    setText(before => before.trim() === '' ? prefill.value : `${before}\n${prefill.value}`)
    prefill.value = ''
    field.current?.focus()
  }, [prefill.value])
  useEffect(() => { if (text === '') draft.remove(); else draft.write(text) }, [text])
  useLayoutEffect(() => grow(field.current), [text, form?.slot])
  // The field becomes another one when the bot asks for a detail; who was writing stays in it.
  const writing = useRef(false)
  useLayoutEffect(() => { if (writing.current && document.activeElement === document.body) field.current?.focus() }, [form !== null && form.slot !== 'question'])

  const send = async () => {
    if (!ready) return
    setTrouble(false)
    try {
      await chat.send(text.trim(), null, replying.value?.seq ?? null)
    } catch {
      setTrouble(true)
      return
    }
    replying.value = null
    setText(now => now === text ? '' : now)
    field.current?.focus()
  }
  const typed = (/** @type {Event} */ event) => {
    const { value } = /** @type {HTMLTextAreaElement} */ (event.target)
    setText(value)
    chat.setTyping(value !== '')
  }
  const skip = () => {
    chat.send(t('widget.form.skip'), 'skip').catch(() => setTrouble(true))
    field.current?.focus()
  }
  const key = (/** @type {KeyboardEvent} */ event) => {
    // While a word is being composed, Enter belongs to the keyboard.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return
    event.preventDefault()
    void send()
  }
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault()
    void send()
  }
  const attach = () => { void more().then(({ pick }) => pick()).catch(() => setTrouble(true)) }
  const take = (/** @type {FileList | undefined | null} */ files, /** @type {Event} */ event) => {
    if (!frame.widget.files || !files || files.length === 0) return
    event.preventDefault()
    const taken = [...files]
    void more().then(({ upload }) => upload(taken)).catch(() => setTrouble(true))
  }
  const blurred = (/** @type {FocusEvent} */ { relatedTarget }) => {
    if (relatedTarget !== null) writing.current = false
    chat.setTyping(false)
  }
  const placeholder = view?.status === 'waiting' ? 'widget.composer.waiting' : 'widget.composer.placeholder'
  const single = form !== null && form.slot !== 'question'
  const notes = [form?.error ? 'wrong' : '', left < TELL_LEFT ? 'left' : '', trouble ? 'trouble' : ''].filter(Boolean).join(' ')
  const common = { id: 'write', ref: field, value: text, onInput: typed, onFocus: () => { writing.current = true }, onBlur: blurred, 'aria-describedby': notes || undefined, 'aria-invalid': form?.error || left < 0 ? 'true' : undefined, dir: 'auto' }
  return html`<form class=${`composer${form ? ' asks' : ''}`} novalidate onSubmit=${submit} onPaste=${(/** @type {ClipboardEvent} */ event) => take(event.clipboardData?.files, event)}
    onDragOver=${(/** @type {DragEvent} */ event) => { if (frame.widget.files) event.preventDefault() }} onDrop=${(/** @type {DragEvent} */ event) => take(event.dataTransfer?.files, event)}>
    ${replying.value && html`<div class="replying"><${Icon} name="reply" small /><span><span class="hush">${t('widget.composer.replying')}: </span><b>${replying.value.author.name}</b> ${lineOf(t, replying.value)}</span>
      <button class="tool" type="button" aria-label=${t('widget.composer.unreply')} onClick=${() => { replying.value = null; field.current?.focus() }}><${Icon} name="cross" small /></button></div>`}
    ${form && html`<div class="prompt"><label for="write">${form.label || t(`widget.form.${form.slot}`)}
      <span class="num">${t('widget.form.step', { step: form.step, steps: form.steps })}</span></label>
      ${form.skippable && html`<button type="button" class="btn plain small" onClick=${skip}>${t('widget.form.skip')}</button>`}</div>`}
    <div class="write">
      ${frame.widget.files && !form && html`<button class="tool" type="button" aria-label=${t('widget.composer.attach')} onClick=${attach}><${Icon} name="clip" /></button>`}
      ${single
        ? html`<input ...${common} type="text" placeholder=" " ...${FIELDS[form.slot]} />`
        : html`<textarea ...${common} rows="1" onKeyDown=${key} enterkeyhint="send" placeholder=${form ? ' ' : t(placeholder)} aria-label=${form ? undefined : t('widget.composer.label')}></textarea>`}
      <button class="tool send" type="submit" aria-label=${t('widget.composer.send')} aria-disabled=${ready ? undefined : 'true'}><${Icon} name="send" /></button>
    </div>
    ${form?.error && html`<p class="wrong" id="wrong" role="alert"><${Icon} name="alert" small />${form.error}</p>`}
    ${left < TELL_LEFT && html`<p class=${left < 0 ? 'wrong' : 'left'} id="left">${left < 0 ? t('widget.composer.over', { count: -left }) : t('widget.composer.left', { count: left })}</p>`}
    ${trouble && html`<p class="wrong" id="trouble" role="alert"><${Icon} name="alert" small />${t('widget.composer.kept')}</p>`}
  </form>`
}

/** Where the browser does not size a field by its content. @param {HTMLElement | null} field */
function grow(field) {
  if (field === null || CSS.supports('field-sizing', 'content')) return
  field.style.height = 'auto'
  field.style.height = `${field.scrollHeight}px`
}
