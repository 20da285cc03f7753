// The first screen: who is there, what is often asked, and the way into a conversation.

import { useState } from 'preact/hooks'
import { Faces, Icon, Avatar, html, useDesk } from './kit.js'
import { whenBack } from './frame.js'

/** @typedef {import('../core/wire.js').PeopleView} PeopleView */
/** @typedef {import('./desk.js').Desk} Desk */

/** What may honestly be said about the people. @param {Desk} desk @param {PeopleView | null} people */
function hours(desk, people) {
  const { t, frame, times } = desk
  if (people === null) return null
  if (people.state === 'free') return { on: true, said: t('widget.header.open'), more: frame.reply_ms === null ? '' : t('widget.header.reply_time', { duration: times.duration(Math.max(60_000, Math.ceil(frame.reply_ms / 60_000) * 60_000)) }) }
  if (people.state === 'busy') return { on: true, said: t('widget.header.busy'), more: '' }
  const more = whenBack(frame, people)
  if (people.open === false) return { on: false, said: t('widget.header.closed'), more }
  return { on: false, said: t('widget.header.closed_bot'), more }
}

export function Home() {
  const desk = useDesk()
  const { t, frame, state, people, chat } = desk
  const there = people.value
  const open = hours(desk, there)
  const ask = (/** @type {string} */ entry, /** @type {string} */ question) => {
    // Where something is asked first, the question waits in the field.
    if (desk.asksBefore) {
      desk.prefill.value = question
      return desk.openThread()
    }
    return chat.send(question, `entry:${entry}`).then(() => desk.openThread(), () => { desk.prefill.value = question; desk.openThread() })
  }
  const away = there?.state === 'away'
  const [query, setQuery] = useState('')
  const searching = query.trim().length > 1 && desk.parts.value !== null
  const typed = (/** @type {Event} */ event) => { setQuery(/** @type {HTMLInputElement} */ (event.target).value); void desk.more().catch(() => {}) }
  const ongoing = state.value.messages.length + state.value.pending.length > 0
  return html`
    <header class="bar bare">
      <div class="who brand"><span class="mark" aria-hidden="true"><${Icon} name="chat" small /></span><bdi>${frame.site.name}</bdi></div>
      <${Faces} names=${there?.state === 'away' ? [] : there?.faces ?? []} />
      <${Minimise} />
    </header>
    <main class="home scroll">
      <div class="hello">
        <h1 tabindex="-1" dir="auto">${frame.widget.greeting || t('widget.header.title')}</h1>
        ${open && html`<p class="open"><span class=${`dot${open.on ? '' : ' off'}`}></span><span><strong>${open.said}</strong>${open.more && html` <span class="more">${open.more}</span>`}</span></p>`}
      </div>
      <search><div class="write seek"><${Icon} name="seek" /><input type="search" dir="auto" enterkeyhint="search" autocomplete="off" maxlength="200" aria-label=${t('widget.search.label')} placeholder=${t('widget.search.placeholder')} value=${query} onInput=${typed} /></div>
        ${searching && html`<${desk.parts.value.Found} query=${query} />`}</search>
      ${ongoing && !searching && html`<section><h2 class="label">${t('widget.home.last')}</h2><${Last} /></section>`}
      ${frame.popular.length > 0 && !searching && html`<section>
        <h2 class="label">${t('widget.search.popular')}</h2>
        <div class="card rows">${frame.popular.map(({ entry, question }) => html`
          <button key=${entry} class="row" type="button" onClick=${() => ask(entry, question)}><span dir="auto">${question}</span><${Icon} name="next" small /></button>`)}
        </div></section>`}
    </main>
    <footer class="foot">
      ${ongoing
        ? html`<button class="btn main wide" type="button" onClick=${desk.openThread}><${Icon} name="chat" />${t('widget.continue')}</button>`
        : html`<button class="btn main wide" type="button" onClick=${() => { if (searching) desk.prefill.value = query.trim(); desk.openThread() }}><${Icon} name="chat" />${t(searching ? 'widget.search.write' : away ? 'widget.leave_message' : 'widget.start')}</button>`}
      <${Privacy} />
    </footer>`
}

/** The conversation that is there: who, the last line, when, and how much of it is new. */
function Last() {
  const { t, times, state, openThread, frame } = useDesk()
  const { messages, pending, unread, view } = state.value
  const entry = pending.findLast(({ event }) => event === 'message_send')
  const last = messages.findLast(({ kind }) => kind !== 'activity')
  const line = entry ? t('widget.home.you', { text: entry.payload.body.text })
    : last === undefined ? '' : last.author.kind === 'visitor' ? t('widget.home.you', { text: lineOf(last.body) }) : lineOf(last.body)
  const who = view?.agent ?? frame.site.name
  const atMs = entry?.at_ms ?? last?.at_ms
  return html`<button class="card row last" type="button" onClick=${openThread}>
    <${Avatar} big name=${view?.agent ?? ''} bot=${!view?.agent} />
    <span><b><bdi>${who}</bdi></b><small dir="auto">${line}</small></span>
    <span class="end">${atMs !== undefined && html`<time>${times.daysAhead(atMs) === 0 ? times.time(atMs) : times.date(atMs)}</time>`}
      ${unread > 0 && html`<span class="badge"><span aria-hidden="true">${unread}</span><span class="hush">${t('widget.launcher.unread', { count: unread })}</span></span>`}</span>
  </button>`
}

/** @param {object} body */
function lineOf(body) {
  if ('title' in body) return String(body.title)
  return 'text' in body ? String(body.text) : ''
}

export function Minimise() {
  const { t, frame, close } = useDesk()
  if (frame.hosted) return null
  return html`<button class="tool" type="button" aria-label=${t('widget.menu.minimise')} onClick=${close}><${Icon} name="down" /></button>`
}

export function Privacy() {
  const { t, frame, state, screen } = useDesk()
  const url = frame.site.privacy_url
  return html`<p class="fine"><${Icon} name="shield" small /><span>${t('widget.privacy.warning')}</span>
    ${url && html` · <a href=${url} target="_blank" rel="noopener noreferrer">${t('widget.privacy.notice')}<span class="hush"> (${t('widget.link.new_tab')})</span></a>`}
    ${state.value.known && html` · <button class="link" type="button" onClick=${() => { screen.value = 'data' }}>${t('widget.privacy.yours')}</button>`}</p>`
}
