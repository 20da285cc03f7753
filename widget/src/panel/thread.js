// The conversation: its log, and what stands under it while somebody is awaited.

import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import { Bubbles } from './bubbles.js'
import { Avatar, Faces, Icon, html, useDesk, write } from './kit.js'
import { whenBack } from './frame.js'
import { correctable, isAwaited, openForm, rowsOf } from './rows.js'

/** @typedef {import('./rows.js').Row} Row */
/** @typedef {import('../core/wire.js').ActivityView} ActivityView */

/** So near to the end counts as reading along, pixels. */
const NEAR = 80

export function Thread() {
  const desk = useDesk()
  const { t, times, state, chat, shown, newFrom } = desk
  const { messages, pending, loaded, typing, view } = state.value
  const log = useRef(/** @type {HTMLDivElement | null} */ (null))
  const [atEnd, setAtEnd] = useState(true)
  const [live, setLive] = useState(false)
  const fetching = useRef(false)
  const rows = useMemo(() => rowsOf(messages, pending, { dayKey: times.dayKey, newFrom: newFrom.value }), [messages, pending.map(({ client_id, state }) => client_id + state).join(), newFrom.value])
  const drawn = useRef(new Map())
  const asked = pending.length === 0 && view?.status !== 'resolved' ? messages.findLast(({ kind }) => kind !== 'activity')?.seq ?? 0 : 0
  const seen = view?.seen_by_agent ?? 0
  const fixes = useMemo(() => correctable(messages), [messages])
  const mineLast = rows.findLast(row => row.type === 'group' && row.mine && row.delivery !== 'failed')
  const newest = rows.length > 0 ? rows[rows.length - 1].key + messages.length : ''

  const toEnd = () => { if (log.current) log.current.scrollTop = log.current.scrollHeight }
  useLayoutEffect(() => { if (atEnd || pending.length > 0) toEnd() }, [newest, pending.length, typing !== null, view?.status, view?.position, shown.value])
  // History is on the page before the log is turned live, so that it is not read out.
  useEffect(() => {
    if (!loaded || live) return undefined
    const timer = setTimeout(setLive, 500, true)
    return () => clearTimeout(timer)
  }, [loaded])
  useEffect(() => {
    const element = log.current
    if (element === null) return undefined
    const fit = new ResizeObserver(() => { if (atEnd) toEnd() })
    fit.observe(element)
    // A card grows when its part is there, or when it says something.
    if (element.lastElementChild) fit.observe(element.lastElementChild)
    return () => fit.disconnect()
  }, [atEnd, newest])
  useEffect(() => {
    const seen = () => { if (shown.value && atEnd && document.visibilityState === 'visible') chat.markSeen() }
    seen()
    document.addEventListener('visibilitychange', seen)
    return () => document.removeEventListener('visibilitychange', seen)
  }, [newest, atEnd, shown.value, loaded])

  const scrolled = () => {
    const { scrollHeight, scrollTop, clientHeight } = /** @type {HTMLDivElement} */ (log.current)
    setAtEnd(scrollHeight - scrollTop - clientHeight < NEAR)
    if (scrollTop < NEAR && scrollHeight > clientHeight) void earlier()
  }
  /** What is put above what one reads must not move it. */
  const earlier = async () => {
    const element = log.current
    if (fetching.current || element === null || !chat.state.earlier) return
    fetching.current = true
    const below = element.scrollHeight - element.scrollTop
    setLive(false)
    await chat.earlier().catch(() => {})
    requestAnimationFrame(() => {
      element.scrollTop = element.scrollHeight - below
      fetching.current = false
      setTimeout(setLive, 500, true)
    })
  }
  // A line that is as it was is not drawn again: sixty messages a second are a tenth of a frame each.
  let before = drawn.current
  drawn.current = new Map()
  const lines = rows.map(row => {
    const items = row.type === 'group' ? row.items : []
    const mark = [row.key, items.length, items.at(-1)?.key, items.at(-1)?.message?.seq, row.type === 'group' ? row.delivery : '', row === mineLast ? seen : '',
      items.some(({ message }) => message?.seq === asked), items.map(({ message }) => message && fixes.get(message.seq)).join('')].join()
    const old = before.get(row.key)
    const line = old?.mark === mark && old.first === (items[0]?.message ?? null) ? old : { mark, first: items[0]?.message ?? null, node: html`<${Line} key=${row.key} row=${row} asked=${asked} showState=${row === mineLast} fixes=${fixes} />` }
    drawn.current.set(row.key, line)
    return line.node
  })
  // What is drawn holds on to this call, and would hold every call before it by this.
  before = new Map()
  const away = view?.status === 'waiting' && state.value.people?.state === 'away'
  // Who is being asked has read it just before, and needs the room.
  const asks = openForm(messages, pending) !== null
  return html`<main class="talk">
    <div class="thread scroll" role="log" tabindex="0" aria-label=${t('widget.thread.label')} aria-live=${live ? 'polite' : 'off'} aria-relevant="additions"
      ref=${log} onScroll=${scrolled}>
      ${rows.length === 0 && html`<p class="activity empty">${loaded || !state.value.known ? t('widget.thread.empty') : t('action.loading')}</p>`}
      ${state.value.earlier && html`<button class="btn plain small earlier" type="button" onClick=${earlier}>${t('widget.message.earlier')}</button>`}
      ${lines}
      ${view?.status === 'waiting' && !away && html`<${Queue} />`}
      ${away && !asks && html`<div class="card in away" role="status"><b>${t('widget.away.title')}</b>
        <p>${[whenBack(desk.frame, state.value.people), !view?.answers_to && t('widget.away.answer')].filter(Boolean).join(' ')}</p></div>`}
      ${desk.frame.answers && !asks && isAwaited(view, messages) && html`<${Leave} />`}
      ${typing !== null && html`<div class="group" aria-hidden="true"><div class="bubble typing"><i></i><i></i><i></i></div><${Avatar} name=${typing.name} bot=${typing.kind === 'bot'} /></div>`}
      ${view?.status === 'resolved' && html`<${Ended} />`}
    </div>
    <p class="hush" role="status">${typing === null ? '' : typing.kind === 'bot' ? t('widget.typing.bot') : t('widget.typing.agent', { agent: typing.name || t('widget.sender.agent') })}</p>
    ${!atEnd && html`<button class="latest" type="button" onClick=${toEnd}><${Icon} name="down" small />${t('widget.message.latest')}</button>`}
  </main>`
}

/** @param {{row: Row, asked: number, showState: boolean, fixes: Map<number, string>}} props asked: seq that may still be answered by a button */
function Line({ row, asked, showState, fixes }) {
  const { t, times } = useDesk()
  if (row.type === 'day') {
    const days = times.daysAhead(row.atMs)
    return html`<p class="day">${days === 0 ? t('widget.day.today') : days === -1 ? t('widget.day.yesterday') : times.fullDate(row.atMs)}</p>`
  }
  if (row.type === 'new') return html`<p class="day new"><span>${t('widget.message.new')}</span></p>`
  if (row.type === 'activity') {
    const said = row.message?.kind === 'activity' ? sayActivity(t, row.message.body) : row.message?.kind === 'rating' ? t('widget.message.rating', { score: row.message.body.score }) : t('widget.activity.handoff_pending')
    return html`<p class="activity">${said} <time>${row.message ? times.time(row.atMs) : ''}</time></p>`
  }
  return html`<${Bubbles} group=${row} asked=${asked} showState=${showState} fixes=${fixes} />`
}

/** A name keeps to itself, whichever way it is written. @param {string} name */
const isolate = name => `\u2068${name}\u2069`

/** @param {import('../core/words.js').Say} t @param {ActivityView} activity */
function sayActivity(t, { type, actor, target }) {
  const agent = isolate(actor || target || t('widget.sender.agent'))
  return t(`widget.activity.${type}`, { agent, target: isolate(target || t('widget.sender.agent')) })
}

function Queue() {
  const { t, state, times } = useDesk()
  const { view, people } = state.value
  const wait = view?.wait
  const position = view?.position ?? null
  if (position === null) return null
  const ahead = Math.min(position - 1, 4)
  return html`<div class="card place">
    <p class="hush" role="status">${position === 1 ? t('widget.queue.next') : t('widget.queue.position', { position })}</p>
    <div class="big" aria-hidden="true">${position === 1
      ? html`<span>${t('widget.queue.next')}</span>`
      : html`<span>${t('widget.queue.place')}</span><b>${position}</b>`}</div>
    <div class="line" aria-hidden="true">
      ${people && people.faces.length > 0 && html`<${Faces} names=${people.faces} />`}
      ${Array.from({ length: ahead }, () => html`<i class="gap"></i><i></i>`)}<i class="gap"></i><i class="you"></i>
    </div>
    ${wait && html`<p>${t('widget.queue.estimate', { low: times.duration(wait.low_ms), high: times.duration(wait.high_ms) })}</p>`}
    <p class="fine">${t('widget.queue.kept')}</p>
  </div>`
}

/** The way out of waiting; what comes of it is fetched when it is wanted. */
function Leave() {
  const { t, parts, more, state } = useDesk()
  const [open, setOpen] = useState(false)
  const wanted = open || !!state.value.view?.answers_to
  useEffect(() => { if (wanted) void more().catch(() => {}) }, [wanted])
  if (wanted && parts.value) return html`<${parts.value.Leave} shut=${() => setOpen(false)} />`
  return html`<div class="card rows"><button class="row" type="button" onClick=${() => setOpen(true)}><${Icon} name="mail" lead /><span>${t('widget.leave')}</span><${Icon} name="next" small /></button></div>`
}

function Ended() {
  const { t, parts, more } = useDesk()
  useEffect(() => { void more().catch(() => {}) }, [])
  const begin = () => write({ keyboard: true })
  return html`${parts.value && html`<${parts.value.Ended} />`}<div class="ended"><button class="btn plain small" type="button" onClick=${begin}>${t('widget.continue')}</button></div>`
}
