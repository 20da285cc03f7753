// What the bot found out before a person came: facts that are always in sight, and the plain
// transcript behind a button.

import { splitBotPart, saidIn, triedBy } from '../threads.js'
import { activityWords, reasonWords, slotWords } from '../wording.js'
import { html, useApp } from './html.js'
import { Icon } from './icons.js'

/** @typedef {import('../types.js').AgentConversation} AgentConversation */
/** @typedef {import('../types.js').MessageView} MessageView */

/** @param {{one: AgentConversation}} props */
export function Gathered({ one }) {
  const { model, times, t } = useApp()
  void model.logTick.value
  const messages = model.logs.value.get(one.conversation)?.messages ?? []
  const { bot, people } = splitBotPart(messages)
  const tried = triedBy(messages)
  const facts = Object.entries(one.details).filter(([, value]) => value !== '').map(([slot, value]) => [slotWords(t, slot), value])
  if (facts.length === 0 && bot.length === 0 && tried === null) return null
  if (tried !== null) facts.push([t('console.bot.tried'), tried.confidence === null ? tried.title : t('console.bot.tried_value', { title: tried.title, percent: percent(t, tried.confidence) })])
  if (one.handoff_reason) facts.push([t('console.bot.reason'), reasonWords(t, one.handoff_reason)])
  const wasAnswered = people.some(message => message.author.kind === 'agent' && message.kind === 'text')
  const isRoomy = window.innerWidth >= 1600 && window.innerHeight >= 900
  const open = bot.length > 0 && (model.botOpen.value.get(one.conversation) ?? (isRoomy || !wasAnswered))
  const span = bot.length > 0 ? t('time.range', { start: times.time(bot[0].at_ms), end: times.time(bot[bot.length - 1].at_ms) }) : ''
  const toggle = () => { model.botOpen.value = new Map(model.botOpen.value).set(one.conversation, !open) }
  const said = bot.filter(message => message.kind !== 'activity').length
  return html`<section class="gather" aria-label=${t('console.bot.part')}>
    <header><${Icon} name="bot" /><h2>${t('console.bot.part')}</h2><span class="t3 t12">${span}</span><span class="sp"></span>
      ${bot.length > 0 ? html`<button type="button" class="btn ghost sm" aria-expanded=${open ? 'true' : 'false'} aria-controls="botlog" aria-keyshortcuts="b" onClick=${toggle}>
        ${open ? t('console.bot.hide') : t('console.bot.show', { count: said })} <kbd aria-hidden="true">B</kbd></button>` : null}</header>
    ${facts.length > 0 ? html`<dl>${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd title=${value}>${value}</dd></div>`)}</dl>` : null}
    ${open ? html`<ol class="botlog" id="botlog" tabindex="0" aria-label=${t('console.bot.log')}>${bot.map(message => html`<${Said} key=${message.seq} message=${message} />`)}</ol>` : null}
  </section>`
}

/** @param {ReturnType<typeof useApp>['t']} t @param {number} share */
export function percent(t, share) {
  return t('console.percent', { count: Math.round(share * 100) })
}

/** @param {{message: MessageView}} props */
function Said({ message }) {
  const { times, t } = useApp()
  if (message.kind === 'activity') {
    return html`<li><time>${times.time(message.at_ms)}</time><span class="who"></span><p class="said t3 t12">${activityWords(t, message.body)}</p></li>`
  }
  const { text, options } = saidIn(message)
  const isBot = message.author.kind === 'bot'
  return html`<li class=${isBot ? 'is-bot' : ''}><time>${times.time(message.at_ms)}</time>
    <span class="who">${isBot ? t('console.bot') : t('console.visitor.title')}</span>
    <div class="said"><p class="pre" dir="auto">${text}</p>${options.length > 0 ? html`<p class="opts">${options.join(' · ')}</p>` : null}</div></li>`
}
