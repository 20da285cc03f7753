// The sheet of keys.

import { html, useApp } from './html.js'
import { Dialog, DialogHead } from './parts.js'

/** @type {[string, [string, string[]][]][]} */
const KEYS = [
  ['queue', [['move', ['J', 'K']], ['open', ['Enter']], ['views', ['1', '2', '3', '4']], ['search', ['/']], ['accept', ['Y']], ['decline', ['G']]]],
  ['talk', [['reply', ['R']], ['note', ['N']], ['take', ['A']], ['transfer', ['T']], ['resolve', ['E']], ['undo', ['U']], ['bot', ['B']], ['context', ['I']]]],
  ['write', [['send', ['Enter']], ['line', ['Shift', 'Enter']], ['add_note', ['Ctrl', 'Enter']], ['leave', ['Esc']]]],
  ['everywhere', [['palette', ['Ctrl', 'K']], ['panes', ['F6']], ['status', ['S']], ['help', ['?']]]],
]

/** @param {{onClose: () => void}} props */
export function HelpDialog({ onClose }) {
  const { prefs, t } = useApp()
  const toggle = () => {
    prefs.singles.value = !prefs.singles.value
    prefs.save()
  }
  return html`<${Dialog} kind="keys" label=${t('console.keys.title')} onClose=${onClose}>
    <${DialogHead} title=${t('console.keys.title')} lead=${t('console.keys.lead')} onClose=${onClose} />
    <div class="bd">
      <label class="pref"><span>${t('console.keys.singles')}<small>${t('console.keys.singles_hint')}</small></span><input type="checkbox" class="switch" checked=${prefs.singles.value} onChange=${toggle} /></label>
      <div class="cols">${KEYS.map(([section, keys]) => html`<section><h3>${t(`console.keys.${section}`)}</h3>
        <ul>${keys.map(([name, caps]) => html`<li><span>${t(`console.keys.${section}.${name}`)}</span><span>${caps.map(cap => html`<kbd>${cap}</kbd>`)}</span></li>`)}</ul></section>`)}</div>
    </div>
  <//>`
}
