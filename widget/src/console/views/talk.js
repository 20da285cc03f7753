// The conversation pane: head, state of things, gathered details, thread, what may be done.

import { isMine } from '../store.js'
import { secondsLeft } from '../actions.js'
import { activityWords, reasonWords, visitorName } from '../wording.js'
import { Composer } from './composer.js'
import { Gathered } from './gathered.js'
import { html, useApp } from './html.js'
import { Icon, Stall } from './icons.js'
import { Avatar, Priority, Timer } from './parts.js'
import { Thread } from './thread.js'

/** The middle pane. */
export function TalkPane() {
  const { model, t } = useApp()
  const one = model.current.value
  return html`<section class="talk" id="talk" aria-label=${t('console.talk')} tabindex="-1">
    ${one === null ? html`<${Nothing} />` : html`
      <${Head} one=${one} /><${Sub} one=${one} />
      <${Gathered} key=${`g-${one.conversation}`} one=${one} />
      <${Thread} key=${`t-${one.conversation}`} one=${one} />
      ${one.answers_to && one.status !== 'resolved' ? html`<div class="standing"><${Icon} name="mail" /><p class="sp">${t('console.by_mail.text', { to: one.answers_to })}</p></div>` : null}
      <${StandingBar} one=${one} />
      <${Composer} key=${`c-${one.conversation}`} one=${one} />`}
  </section>`
}

/** @typedef {{one: import('../types.js').AgentConversation}} Props */

/** @param {Props} props */
function Head({ one }) {
  const { model, actions, run, t } = useApp()
  const mine = isMine(model.state.value, one)
  const leaving = model.leaving.value.has(one.conversation)
  return html`<header class="thead">
    <button type="button" class="btn ghost ico back" aria-label=${t('console.back')} onClick=${() => actions.close()}><${Icon} name="left" /></button>
    <h2 class="cut">${visitorName(t, one)}</h2>
    <span class="mark-un hide-s">${t('console.visitor.unverified')}</span>
    <span class="sp"></span>
    ${mine ? html`
      <button type="button" class="btn soft" aria-keyshortcuts="t" onClick=${() => run('transfer')}><${Icon} name="move" /><span class="hide-s">${t('console.transfer')}</span><span class="only-phone vh">${t('console.transfer')}</span> <kbd aria-hidden="true">T</kbd></button>
      <button type="button" class="btn soft" aria-keyshortcuts="e" disabled=${leaving} title=${t('console.resolve.label')} onClick=${() => actions.resolve(one)}><${Icon} name="check" />${t('console.resolve')} <kbd aria-hidden="true">E</kbd></button>` : null}
    <button type="button" class="btn ghost ico only-narrow" aria-label=${t('console.visitor.title')} aria-expanded=${model.drawer.value ? 'true' : 'false'} onClick=${() => { model.drawer.value = !model.drawer.value }}><${Icon} name="side" /></button>
  </header>`
}

/** @param {Props} props */
function Sub({ one }) {
  const { model, language, t } = useApp()
  const me = model.state.value.me
  const others = [...(model.typing.value.get(one.conversation)?.values() ?? [])].filter(typer => typer.kind === 'agent')
  return html`<div class="sub">
    <${Timer} conversation=${one} /><span class="vr"></span>
    <span class="m cut">${one.team_name}</span>
    <span class="row hide-s"><${Priority} priority=${one.priority} />${t(`console.priority.${one.priority === 'high' || one.priority === 'urgent' ? one.priority : 'normal'}`)}</span>
    <span class="lang">${one.language.toLocaleUpperCase(language)}</span>
    <span class="cut hide-s">${one.site_name}</span>
    <span class="end" role="status">${others.length > 0
      ? html`<${Avatar} name=${others[0].name} size="s" /><span class="cut">${t(others[0].note ? 'console.collision.note' : 'console.collision.typing', { agent: others[0].name })}</span><span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>`
      : one.status === 'open' && one.holder !== me?.id && one.holder_name ? html`<${Avatar} name=${one.holder_name} size="s" /><span class="cut">${t('console.held_by', { agent: one.holder_name })}</span>` : null}</span>
  </div>`
}

/** What one may do where one may not reply. @param {Props} props */
function StandingBar({ one }) {
  const { model, actions, t } = useApp()
  const state = model.state.value
  const leaving = model.leaving.value.get(one.conversation)
  if (leaving !== undefined) {
    const left = secondsLeft(leaving - model.now.value)
    return html`<div class="standing"><${Icon} name="check" /><p class="sp">${t('console.resolve.pending', { count: left })}</p>
      <button type="button" class="btn" onClick=${() => actions.keepOpen(one.conversation)}>${t('console.undo')} <kbd aria-hidden="true">U</kbd></button></div>`
  }
  if (isMine(state, one)) return null
  if (state.offers.has(one.conversation)) {
    return html`<div class="standing"><p class="sp">${t('console.standing.offered')}</p>
      <button type="button" class="btn pri" onClick=${() => { void actions.accept(one.conversation) }}>${t('console.request.accept')} <kbd aria-hidden="true">Y</kbd></button></div>`
  }
  if (one.status === 'resolved') {
    return html`<div class="standing"><${Icon} name="check" /><p class="sp">${t('console.standing.resolved')}</p>
      <button type="button" class="btn" onClick=${() => { void actions.reopen(one.conversation) }}>${t('console.reopen')}</button></div>`
  }
  if (one.status === 'open') {
    return html`<div class="standing"><${Icon} name="user" /><p class="sp">${t('console.standing.held', { agent: one.holder_name ?? t('console.someone') })}</p></div>`
  }
  const why = one.status === 'bot' ? t('console.standing.bot')
    : one.handoff_reason ? t('console.standing.waiting_reason', { reason: reasonWords(t, one.handoff_reason) }) : t('console.standing.waiting')
  return html`<div class="standing"><${Icon} name=${one.status === 'bot' ? 'bot' : 'clock'} /><p class="sp">${why}</p>
    <button type="button" class="btn pri" aria-keyshortcuts="a" onClick=${() => { void actions.take(one.conversation) }}>${t('console.assign_me')} <kbd aria-hidden="true">A</kbd></button></div>`
}

/** Nothing is open: the two useful next steps, and proof that the bell works. */
function Nothing() {
  const { model, actions, alerts, prefs, t } = useApp()
  const { me, known } = model.state.value
  if (!known) return html`<div class="empty" role="status"><p>${t('action.loading')}</p></div>`
  const counts = { bot: 0, waiting: 0, mine: 0 }
  for (const one of model.state.value.conversations.values()) {
    if (one.status === 'bot') counts.bot += 1
    if (one.status === 'waiting') counts.waiting += 1
    if (isMine(model.state.value, one)) counts.mine += 1
  }
  const isAvailable = me?.availability === 'available'
  const [title, said] = !isAvailable ? /** @type {const} */ (['console.start.title', 'console.start.text'])
    : model.state.value.offers.size > 0 ? ['console.start.offer_title', 'console.start.offer_text']
      : counts.waiting > 0 ? ['console.start.waiting_title', 'console.start.waiting_text']
        : counts.mine > 0 ? ['console.start.mine_title', 'console.start.mine_text']
          : ['console.start.calm_title', 'console.start.calm_text']
  return html`<div class="empty"><${Stall} />
    <h2>${t(title)}</h2>
    <p>${t(said)} ${counts.bot > 0 ? t('console.start.bot', { count: counts.bot }) : ''}</p>
    <div class="acts">
      ${isAvailable ? null : html`<button type="button" class="btn pri" onClick=${() => { alerts.unlock(); void actions.setAvailability('available') }}>${t('console.start.available')}</button>`}
      ${counts.waiting > 0 ? html`<button type="button" class="btn soft" onClick=${() => { model.tab.value = 'waiting'; model.pane.value = 'queue' }}><${Icon} name="clock" />${t('console.start.to_waiting')}</button>` : null}
      ${counts.bot > 0 && counts.waiting === 0 ? html`<button type="button" class="btn soft" onClick=${() => { model.tab.value = 'bot'; model.pane.value = 'queue' }}><${Icon} name="bot" />${t('console.start.to_bot')}</button>` : null}
    </div>
    <p class="t12 t3">${t(prefs.sound.value ? 'console.sound.on' : 'console.sound.off')} · <button type="button" class="link t12" onClick=${() => { alerts.unlock(); alerts.ring('offer', true) }}>${t('console.notify.test')}</button></p>
  </div>`
}

/** A change of state in the thread. @param {{message: import('../types.js').MessageView}} props */
export function Activity({ message }) {
  const { times, t } = useApp()
  if (message.kind !== 'activity') return null
  return html`<li class="act"><${Icon} name=${message.body.type.startsWith('agent_') || message.body.type.startsWith('offer_') ? 'user' : 'flag'} />
    <span><time>${times.time(message.at_ms)}</time> · ${activityWords(t, message.body)}</span></li>`
}
