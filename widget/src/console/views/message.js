// One message in the thread: a bubble, a note, an answer of the bot, or one still on its way.

import { h } from 'preact'
import { renderNodes, renderText } from '../../core/nodes.js'
import { authorName, refusalWords, slotWords, visitorName, whyWords } from '../wording.js'
import { LinkCard, ProductCard } from './cards.js'
import { Quote, Rated, Sent } from './file.js'
import { html, useApp } from './html.js'
import { Icon, ProblemShape } from './icons.js'
import { OrderCard } from './ordercard.js'
import { Avatar } from './parts.js'
import { Activity } from './talk.js'

/** @typedef {import('../types.js').MessageView} MessageView */
/** @typedef {import('../types.js').AgentConversation} AgentConversation */

/** @param {string} text */
const said = text => renderText(text, /** @type {any} */ (h))

/** @param {{message: MessageView, one: AgentConversation, follows: boolean, isLastSeen: boolean}} props */
export function Message({ message, one, follows, isLastSeen }) {
  const { model, times, t } = useApp()
  if (message.kind === 'activity' && message.body.type === 'transfer_reason' && message.body.reason !== '') {
    return html`<li class="inote"><header><${Icon} name="move" size="s" />${t('console.transfer.head')}<span class="by"><time>${times.time(message.at_ms)}</time> · ${message.body.actor || t('console.someone')}</span></header>
      <p dir="auto">${said(message.body.reason)}</p></li>`
  }
  if (message.kind === 'activity') return html`<${Activity} message=${message} />`
  const name = authorName(t, message.author, visitorName(t, one))
  const time = html`<time>${times.time(message.at_ms)}</time>`
  if (message.kind === 'note') {
    return html`<li class="inote"><header><${Icon} name="lock" size="s" />${t('console.note.head')}<span class="by">${time} · ${name}</span></header>
      <p dir="auto">${said(message.body.text)}</p></li>`
  }
  const { kind } = message.author
  const isOut = kind !== 'visitor'
  const isMe = message.author.id !== null && message.author.id === model.state.value.me?.id
  const who = isMe ? t('console.you') : name
  const avatar = html`<${Avatar} name=${kind === 'visitor' ? one.visitor_name : name} kind=${kind === 'bot' ? 'bot' : isMe ? 'me' : ''} />`
  const head = isOut ? html`${time}<b>${who}</b>` : html`<b>${who}</b>${time}`
  return html`<li class="msg ${isOut ? 'out' : ''} ${kind === 'bot' ? 'bot' : ''} ${follows ? 'follow' : ''}">
    ${follows ? html`<span class="av" hidden></span><span></span>` : avatar}
    <div><div class=${follows ? 'vh' : 'mh'}>${head}</div><div class="bub" dir="auto"><${Body} message=${message} /></div>
      ${message.why ? html`<p class="why t11 t3">${whyWords(t, message.why)}</p>` : null}
      ${isLastSeen ? html`<div class="msgstate"><${Icon} name="seen" size="s" />${t('console.seen')}</div>` : null}</div></li>`
}

/** @param {{message: MessageView}} props */
function Body({ message }) {
  const { t } = useApp()
  if (message.kind === 'card') {
    return html`<div class="answer-card"><p class="q-title">${message.body.title}</p>
      <div class="nodes">${renderNodes(message.body.nodes, /** @type {any} */ (h))}</div>
    </div>`
  }
  if (message.kind === 'order') return html`<${OrderCard} order=${message.body} />`
  if (message.kind === 'product') return html`<${ProductCard} message=${message} />`
  if (message.kind === 'link') return html`<${LinkCard} message=${message} />`
  if (message.kind === 'choices') {
    return html`<p>${said(message.body.text)}</p><div class="options">${message.body.options.map(option => html`<span class="chip line">${option.label}</span>`)}</div>`
  }
  if (message.kind === 'form') {
    return html`<p>${said(message.body.text)}</p><p class="t11 t3">${t('console.bot.asks', { slot: message.body.label || slotWords(t, message.body.slot) })}</p>`
  }
  if (message.kind === 'file') return html`<${Sent} message=${message} />`
  if (message.kind === 'rating') return html`<${Rated} message=${message} />`
  if (message.kind === 'activity') return null
  const { text, reply_to } = message.body
  return html`${reply_to == null ? null : html`<${Quote} conversation=${message.conversation} seq=${reply_to} />`}<p>${text === '' ? html`<em class="t3">${t('console.erased')}</em>` : said(text)}</p>`
}

/** What was pressed but is not stored yet. @param {{entry: import('../../core/outbox.js').Entry, place: number}} props place: in the queue, from 1 */
export function Pending({ entry, place }) {
  const { model, actions, outbox, times, t } = useApp()
  const isDown = model.line.value.phase !== 'ready'
  const { text } = entry.payload.body
  const time = html`<time>${times.time(entry.at_ms)}</time>`
  const hasFailed = entry.state === 'failed'
  const state = hasFailed
    ? html`<${ProblemShape} /><span class="crit">${t('console.send.failed', { why: refusalWords(t, entry.code ?? '') })}</span>
        <button type="button" class="link" onClick=${() => { void outbox.retry(entry.client_id) }}>${t('console.send.retry')}</button>`
    : html`<${Icon} name="clock" size="s" />${isDown ? t('console.send.queued', { place }) : t('console.send.going')}`
  const more = hasFailed || (isDown && entry.state === 'queued')
    ? html`<button type="button" class="link" onClick=${() => { void actions.edit(entry) }}>${t('console.send.edit')}</button>` : null
  if (entry.payload.kind === 'note') {
    return html`<li class="inote queued"><header><${Icon} name="lock" size="s" />${t('console.note.head')}<span class="by">${time}</span></header>
      <p dir="auto">${said(text)}</p><div class="msgstate" role=${hasFailed ? 'alert' : null}>${state}${more}</div></li>`
  }
  return html`<li class="msg out ${hasFailed ? 'failed' : 'queued'}"><${Avatar} name=${model.data.me.name} kind="me" />
    <div><div class="mh">${time}<b>${t('console.you')}</b></div><div class="bub" dir="auto"><p>${said(text)}</p></div>
      <div class="msgstate" role=${hasFailed ? 'alert' : null}>${state}${more}</div></div></li>`
}
