// Ctrl+K: what can be done here, and every conversation by name.

import { useState } from 'preact/hooks'
import { fold } from '../queue.js'
import { isMine } from '../store.js'
import { visitorName } from '../wording.js'
import { html, useApp } from './html.js'
import { Icon } from './icons.js'
import { Dialog } from './parts.js'

const MOST = 8

/** @typedef {{id: string, icon: string, words: string, more?: string, key?: string, run: () => void}} Choice */

/** @param {ReturnType<typeof useApp>} app @returns {Choice[]} */
function choicesOf({ model, actions, run, t }) {
  const state = model.state.value
  const one = model.current.value
  /** @type {Choice[]} */
  const choices = []
  const add = (/** @type {import('../keys.js').Command} */ command, /** @type {string} */ icon, /** @type {string} */ words, /** @type {string} */ key) =>
    choices.push({ id: command, icon, words, key, run: () => run(command) })
  if (one !== null && isMine(state, one)) {
    add('reply', 'send', t('console.keys.talk.reply'), 'R')
    add('transfer', 'move', t('console.keys.talk.transfer'), 'T')
    add('resolve', 'check', t('console.keys.talk.resolve'), 'E')
  }
  if (one !== null) add('note', 'lock', t('console.keys.talk.note'), 'N')
  if (one !== null && (one.status === 'waiting' || one.status === 'bot')) add('take', 'user', t('console.keys.talk.take'), 'A')
  add('search', 'search', t('console.search'), '/')
  add('help', 'key', t('console.keys.title'), '?')
  for (const availability of /** @type {const} */ (['available', 'busy', 'away', 'offline'])) {
    choices.push({
      id: availability, icon: 'user', words: t('console.palette.become', { state: t(`console.availability.${availability}`) }),
      run: () => { void actions.setAvailability(availability) },
    })
  }
  choices.push({ id: 'prefs', icon: 'pen', words: t('console.prefs.title'), run: () => { model.dialog.value = 'prefs' } })
  for (const other of state.conversations.values()) {
    choices.push({
      id: other.conversation, icon: 'chat', words: visitorName(t, other), more: other.preview,
      run: () => actions.select(other.conversation),
    })
  }
  return choices
}

/** @param {{onClose: () => void}} props */
export function PaletteDialog({ onClose }) {
  const app = useApp()
  const { t } = app
  const [query, setQuery] = useState('')
  const [at, setAt] = useState(0)
  const wanted = fold(query)
  const found = choicesOf(app).filter(choice => fold(`${choice.words} ${choice.more ?? ''}`).includes(wanted)).slice(0, MOST)
  const here = Math.min(at, Math.max(0, found.length - 1))
  const choose = (/** @type {Choice | undefined} */ choice) => {
    if (choice === undefined) return
    onClose()
    // After the dialog has given the focus back.
    setTimeout(choice.run, 0)
  }
  const pressed = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === 'ArrowDown') setAt(Math.min(here + 1, found.length - 1))
    else if (event.key === 'ArrowUp') setAt(Math.max(here - 1, 0))
    else if (event.key === 'Enter' && !event.isComposing) choose(found[here])
    else return
    event.preventDefault()
  }
  return html`<${Dialog} kind="palette high" label=${t('console.palette')} onClose=${onClose}>
    <div class="in"><${Icon} name="search" size="l" /><input autofocus role="combobox" aria-expanded="true" aria-controls="palette-list" aria-autocomplete="list" autocomplete="off"
      aria-activedescendant=${found.length > 0 ? `palette-${here}` : null} aria-label=${t('console.palette')} placeholder=${t('console.palette.placeholder')} value=${query} onKeyDown=${pressed}
      onInput=${(/** @type {InputEvent} */ event) => { setQuery(/** @type {HTMLInputElement} */ (event.target).value); setAt(0) }} /><kbd aria-hidden="true">Esc</kbd></div>
    ${found.length === 0 ? html`<p class="none" role="status">${t('console.empty.search', { query })}</p>` : null}
    <div class="menu" id="palette-list" role="listbox" aria-label=${t('console.palette')}>${found.map((choice, place) => html`<div key=${choice.id} id=${`palette-${place}`} role="option" aria-selected=${place === here ? 'true' : 'false'} onClick=${() => choose(choice)}>
      <${Icon} name=${choice.icon} /><span class="cut">${choice.words}</span><span class="t3 t12 cut">${choice.more ?? ''}</span>${choice.key ? html`<span class="k"><kbd aria-hidden="true">${choice.key}</kbd></span>` : null}</div>`)}</div>
  <//>`
}
