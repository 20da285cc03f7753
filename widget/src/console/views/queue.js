// The queue pane: availability, offers, tabs, search, rows that stay under the pointer.

import { signal } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import { TABS, countsOf, hold, sectionsOf } from '../queue.js'
import { conversationOf, isMine } from '../store.js'
import { previewBy, visitorName } from '../wording.js'
import { AvailabilityBar } from './availability.js'
import { html, useApp } from './html.js'
import { Icon } from './icons.js'
import { Offers } from './offer.js'
import { Avatar, Priority, Timer } from './parts.js'

/** @typedef {import('../queue.js').Section} Section */

/** The left pane. */
export function QueuePane() {
  const { t } = useApp()
  return html`<section class="queue" id="queue" aria-label=${t('console.nav.queue')} tabindex="-1">
    <${AvailabilityBar} />
    <${Tabs} />
    <${Offers} />
    <${Find} />
    <${Rows} />
  </section>`
}

function Tabs() {
  const { model, t } = useApp()
  const counts = countsOf(model.state.value, model.now.value)
  const move = (/** @type {KeyboardEvent} */ event) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    if (step === 0) return
    event.preventDefault()
    const next = TABS[(TABS.indexOf(model.tab.value) + step + TABS.length) % TABS.length]
    model.tab.value = next
    document.getElementById(`tab-${next}`)?.focus()
  }
  return html`<div class="views pane" role="tablist" aria-label=${t('console.nav.views')} onKeyDown=${move}>
    ${TABS.map(tab => html`<button type="button" role="tab" id=${`tab-${tab}`} aria-controls="rows" aria-selected=${tab === model.tab.value ? 'true' : 'false'}
      tabindex=${tab === model.tab.value ? 0 : -1} onClick=${() => { model.tab.value = tab }}>
      <span class="long">${t(`console.nav.${tab}`)}</span><span class="short">${t(`console.nav.${tab}_short`)}</span>
      <span class="n ${tab === 'waiting' && counts.isLate ? 'hot' : ''}">${counts[tab]}</span></button>`)}
  </div>`
}

function Find() {
  const { model, t } = useApp()
  const clear = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== 'Escape') return
    if (model.query.value === '') /** @type {HTMLElement} */ (event.target).blur()
    model.query.value = ''
  }
  return html`<div class="find pane"><label class="field"><${Icon} name="search" size="s" />
    <input id="search" type="search" autocomplete="off" enterkeyhint="search" aria-label=${t('console.search')} placeholder=${t('console.search')}
      value=${model.query.value} onKeyDown=${clear}
      onInput=${(/** @type {InputEvent} */ event) => { model.query.value = /** @type {HTMLInputElement} */ (event.target).value }} />
    <kbd aria-hidden="true">/</kbd></label></div>`
}

function Rows() {
  const { model, t } = useApp()
  // The pointer or the focus in the list holds its order; both may hold at once.
  const held = useMemo(() => signal(0), [])
  const shown = useRef(/** @type {{tab: string, query: string, sections: readonly Section[]}} */ ({ tab: '', query: '', sections: [] }))
  const list = useRef(/** @type {HTMLElement | null} */ (null))
  const state = model.state.value
  const [tab, query] = [model.tab.value, model.query.value]
  const minute = Math.floor(model.now.value / 5000)
  const fresh = useMemo(() => sectionsOf(state, tab, query, model.now.peek()), [state, tab, query, minute])
  const isSame = shown.current.tab === tab && shown.current.query === query
  const { sections, hasMoved } = held.value > 0 && isSame
    ? hold(shown.current.sections, fresh, id => state.conversations.has(id))
    : { sections: fresh, hasMoved: false }
  shown.current = { tab, query, sections }
  useEffect(() => {
    const box = list.current
    if (!box) return
    const flags = { over: false, in: false }
    const set = () => { held.value = (flags.over ? 1 : 0) + (flags.in ? 1 : 0) }
    const hear = (/** @type {string} */ name, /** @type {() => void} */ run) => box.addEventListener(name, () => { run(); set() })
    hear('pointerenter', () => { flags.over = true })
    hear('pointerleave', () => { flags.over = false })
    hear('focusin', () => { flags.in = box.contains(document.activeElement) && document.activeElement?.matches(':focus-visible') === true })
    hear('focusout', () => { flags.in = false })
  }, [])
  const renew = () => {
    shown.current = { tab: '', query: '', sections: [] }
    held.value = 0
  }
  const isEmpty = sections.every(section => section.ids.length === 0)
  return html`<div ref=${list} class="qlist pane" id="rows" role="tabpanel" aria-labelledby=${`tab-${tab}`} tabindex="-1">
    ${isEmpty ? html`<${EmptyRows} />` : sections.map(section => html`<div key=${section.key}>
      <h2 class="qh">${t(`console.section.${section.key}`)} <span class="num">${section.ids.length}</span></h2>
      <ul>${section.ids.map(id => html`<li key=${id}><${Row} id=${id} /></li>`)}</ul></div>`)}
    ${hasMoved ? html`<div class="moved"><button type="button" class="btn sm" onClick=${renew}>${t('console.queue.moved')}</button></div>` : null}
  </div>`
}

function EmptyRows() {
  const { model, t } = useApp()
  if (!model.state.value.known) return html`<p class="qempty" role="status">${t('action.loading')}</p>`
  if (model.query.value.trim() !== '') {
    return html`<div class="qempty"><p>${t('console.empty.search', { query: model.query.value })}</p>
      <button type="button" class="btn soft sm" onClick=${() => { model.query.value = '' }}>${t('console.empty.clear')}</button></div>`
  }
  const tab = model.tab.value
  const toWaiting = tab === 'mine' && countsOf(model.state.value, model.now.value).waiting > 0
  return html`<div class="qempty"><p>${t(`console.empty.${tab}`)}</p>
    ${toWaiting ? html`<button type="button" class="btn soft sm" onClick=${() => { model.tab.value = 'waiting' }}>${t('console.empty.to_waiting')}</button>` : null}</div>`
}

/** @param {{id: string}} props */
function Row({ id }) {
  const { model, actions, drafts, language, t } = useApp()
  const state = model.state.value
  const one = conversationOf(state, id)
  void model.draftTick.value
  if (one === null) return null
  const [name, mine] = [visitorName(t, one), isMine(state, one)]
  const typers = [...(model.typing.value.get(id)?.values() ?? [])]
  const isTyping = typers.some(typer => typer.kind === 'visitor')
  const by = previewBy(t, one, mine)
  const unread = one.unread > 0 && (mine || one.status === 'waiting')
  return html`<button type="button" class="q ${unread ? 'unread' : ''}" data-row=${id} aria-current=${model.selected.value === id ? 'true' : null} onClick=${() => actions.select(id)}>
    <${Avatar} name=${one.visitor_name}>${unread ? html`<span class="count">${one.unread}</span>` : null}<//>
    <span class="nm cut">${name}</span><${Timer} conversation=${one} />
    <span class="ln">${isTyping
      ? html`<span class="ty"><span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>${t('console.typing.short')}</span>`
      : html`<span class="cut" dir="auto">${by ? html`<span class="t3">${by} </span>` : null}${one.preview}</span>`}
      ${one.answers_to ? html`<span class="chip line"><${Icon} name="mail" size="s" />${t('console.by_mail')}</span>` : null}
      ${drafts.has(id) ? html`<span class="chip line draft">${t('console.draft')}</span>` : null}
      ${unread ? html`<span class="count">${one.unread}<span class="vh"> ${t('console.unread')}</span></span>` : null}</span>
    <span class="mt"><span><${Icon} name="window" size="s" /><span class="cut">${one.site_name}</span></span><span class="lang">${one.language.toLocaleUpperCase(language)}</span>
      <span class="cut">${one.status === 'open' && !mine ? one.holder_name : one.offered_to ? t('console.offered_to', { agent: one.offered_to }) : one.team_name}</span>
      <${Priority} priority=${one.priority} /></span>
  </button>`
}
