// One group of bubbles: who, what, when, and how far it got. What people wrote enters the page as
// text nodes alone.

import { h } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { renderNodes, renderText } from '../core/nodes.js'
import { Avatar, Icon, html, useDesk, write } from './kit.js'

/** @typedef {import('./rows.js').Item} Item */
/** @typedef {import('../core/wire.js').MessageView} MessageView */
/** @typedef {import('../core/outbox.js').Entry} Entry */
/** @typedef {Extract<import('./rows.js').Row, {type: 'group'}>} Group */

/** @type {any} */
const make = h

/** @param {{group: Group, asked: number, showState: boolean, fixes: Map<number, string>}} props */
export function Bubbles({ group, asked, showState, fixes }) {
  const { t, times, replying } = useDesk()
  const { author, mine, items, delivery, atMs } = group
  const bot = author.kind === 'bot'
  const name = mine ? t('widget.sender.you') : bot ? t('widget.sender.bot') : author.name || t('widget.sender.agent')
  const fix = items.map(({ message }) => message && fixes.get(message.seq)).find(Boolean)
  return html`<div class=${`group${mine ? ' me' : ''}`}>
    ${mine ? null : html`<span class="from" aria-hidden="true"><bdi>${name}</bdi></span>`}
    ${items.map(item => html`<${Said} key=${item.key} item=${item} name=${name} mine=${mine} active=${item.message?.seq === asked} />`)}
    ${delivery === 'failed'
      ? items.map(({ entry }) => entry && html`<${Failed} key=${`failed-${entry.client_id}`} entry=${entry} />`)
      : html`<span class="meta" aria-live=${mine ? null : 'off'}>${mine && showState ? html`<${State} group=${group} />` : html`<time>${times.time(atMs)}</time>`}
          ${!mine && !bot && html`<button class="fix" type="button" aria-label=${t('widget.message.reply')} onClick=${() => { replying.value = items[items.length - 1].message; write({ keyboard: true }) }}><${Icon} name="reply" small /></button>`}</span>`}
    ${fix && html`<${Fix} slot=${fix} />`}
    ${mine ? null : html`<${Avatar} name=${author.name} bot=${bot} />`}
  </div>`
}

/** @param {{item: Item, name: string, mine: boolean, active: boolean}} props */
function Said({ item, name, mine, active }) {
  const { t, times } = useDesk()
  const { message, entry, delivery, atMs } = item
  const who = html`<span class="hush">${name}, ${times.moment(atMs)}: </span>`
  if (message?.kind === 'card') {
    return html`<div class="card"><div class="in md" dir="auto">${who}<p class="topic"><${Icon} name="page" small /><span>${message.body.title}</span></p>${renderNodes(message.body.nodes, make)}</div></div>`
  }
  if (message && message.kind in CARDS) return html`<${Card} message=${message} who=${who} />`
  if (message?.kind === 'file') return html`<${Sent} file=${message.body} who=${who} mine=${mine} />`
  if (message?.kind === 'activity' || message?.kind === 'rating') return null
  const body = message?.body ?? entry?.payload.body ?? {}
  const text = String(body.text ?? '') || t('widget.message.erased')
  const looks = delivery === 'queued' ? ' held' : delivery === 'failed' ? ' lost' : ''
  // Only what has just been said moves; a history that slides in is noise.
  const fresh = Date.now() - atMs < 3000 ? ' new' : ''
  return html`<div class=${`bubble${looks}${fresh}`} dir="auto">${who}${body.reply_to != null && html`<${Quote} seq=${body.reply_to} />`}${renderText(text, make)}</div>
    ${message?.kind === 'choices' && html`<${Options} message=${message} active=${active} />`}
    ${mine && delivery === 'failed' ? html`<span class="hush" role="alert">${t('widget.message.failed')}</span>` : null}`
}

/** One line of a message, whatever it carries. @param {import('../core/words.js').Say} t @param {MessageView} message */
export function lineOf(t, { body }) {
  if ('name' in body) return t('widget.message.file', { name: body.name })
  if ('number' in body) return t('order.title', { number: body.number })
  return 'title' in body ? String(body.title) : 'text' in body ? String(body.text) : ''
}

/** Parts that draw a message, by its kind; fetched when one is said. */
const CARDS = { order: 'OrderCard', product: 'ProductCard', link: 'LinkCard' }

/** @param {{message: MessageView, who: unknown}} props */
function Card({ message, who }) {
  const { t, parts, more, basket, carted, subscribe } = useDesk()
  // A line that has been drawn stays as it is: what a card waits for, it looks after by itself.
  const [, setMark] = useState('')
  useEffect(() => {
    void more().catch(() => {})
    return subscribe(() => setMark([parts.value !== null, basket.value, carted.value?.id].join()))
  }, [])
  if (parts.value !== null) return h(parts.value[CARDS[/** @type {keyof typeof CARDS} */ (message.kind)]], { message, who })
  return html`<div class="card"><div class="in">${who}<p>${lineOf(t, message)}</p></div></div>`
}

/** @param {{seq: number}} props what a message answers; pressing it goes there */
function Quote({ seq }) {
  const { t, state } = useDesk()
  const quoted = state.value.messages.find(message => message.seq === seq)
  return html`<span class="quote"><b>${quoted === undefined ? '' : quoted.author.kind === 'visitor' ? t('widget.sender.you') : quoted.author.name}</b><span>${quoted === undefined ? t('widget.message.quoted') : lineOf(t, quoted)}</span></span>`
}

/** @param {{file: import('../core/wire.js').FileView, who: unknown, mine: boolean}} props */
function Sent({ file, who, mine }) {
  const { fileLink } = useDesk()
  const { width, height, name } = file
  const [url, setUrl] = useState(/** @type {string | null} */ (null))
  useEffect(() => { fileLink(file.file).then(setUrl, () => {}) }, [file.file])
  const inside = width > 0
    ? html`<img src=${url ?? undefined} width=${width} height=${height} alt=${name} loading="lazy" />`
    : html`<${Icon} name="page" /><bdi>${name}</bdi>`
  return html`<div class=${`sent${width > 0 ? ' shot' : ' bubble'}${mine ? ' mine' : ''}`}>${who}${url === null ? html`<span>${inside}</span>` : html`<a href=${url} target="_blank" rel="noopener" download=${width > 0 ? undefined : name}>${inside}</a>`}</div>`
}

/** Values of the buttons that lead to a person. */
const PERSON = new Set(['handoff'])

/** @param {{message: Extract<MessageView, {kind: 'choices'}>, active: boolean}} props */
function Options({ message, active }) {
  const { chat, announce } = useDesk()
  if (!active) return null
  const pick = (/** @type {import('../core/wire.js').OptionView} */ { label, value }) => {
    chat.send(label, value).catch(() => announce('error', { code: 'storage' }))
    write()
  }
  return html`<div class="card rows options">${message.body.options.map(option => html`
    <button key=${option.value} class="row" type="button" onClick=${() => pick(option)}>${PERSON.has(option.value) && html`<${Icon} name="person" lead />`}<span dir="auto">${option.label}</span><${Icon} name="next" small /></button>`)}</div>`
}

/** @param {{group: Group}} props */
function State({ group }) {
  const { t, times, state } = useDesk()
  const { delivery, items, atMs } = group
  if (delivery === 'queued') return html`<${Icon} name="clock" small /><span>${t('widget.message.queued')}</span>`
  if (delivery === 'sending') return html`<${Icon} name="clock" small /><span>${t('widget.message.sending')}</span>`
  const seq = items[items.length - 1].message?.seq
  const seen = seq !== undefined && seq <= (state.value.view?.seen_by_agent ?? 0)
  return html`<${Icon} name=${seen ? 'ticks' : 'tick'} small /><time>${times.time(atMs)}</time><span aria-hidden="true">·</span>
    <span class=${seen ? 'seen' : ''}>${t(seen ? 'widget.message.seen' : 'widget.message.sent')}</span>`
}

const REASONS = new Set(['too_large', 'bad_request'])

/** @param {{entry: Entry}} props */
function Failed({ entry }) {
  const { t, outbox, prefill } = useDesk()
  const code = entry.code ?? ''
  const edit = async () => {
    const back = await outbox.discard(entry.client_id)
    if (back !== null) prefill.value = String(back.payload.body.text)
  }
  return html`<div class="failed">
    <p class="meta lost"><${Icon} name="alert" small /><span>${t('widget.message.failed')}. ${t(`widget.failed.${REASONS.has(code) ? code : 'other'}`)}</span></p>
    <div class="mend">
      ${REASONS.has(code) ? null : html`<button class="fix" type="button" onClick=${() => outbox.retry(entry.client_id)}><${Icon} name="retry" small />${t('widget.message.retry')}</button>`}
      <button class="fix" type="button" onClick=${edit}><${Icon} name="pen" small />${t('widget.message.edit')}</button>
      <button class="fix" type="button" onClick=${() => outbox.discard(entry.client_id)}><${Icon} name="trash" small />${t('action.delete')}</button>
    </div></div>`
}

/** @param {{slot: string}} props */
function Fix({ slot }) {
  const { t, chat, announce } = useDesk()
  const label = t(`widget.form.${slot}`)
  const correct = () => {
    chat.send(t('widget.form.correct_slot', { label }), `fix:${slot}`).catch(() => announce('error', { code: 'storage' }))
    write({ keyboard: true })
  }
  return html`<button class="fix" type="button" onClick=${correct}><${Icon} name="pen" small />${t('widget.form.correct')}<span class="hush"> (${label})</span></button>`
}
