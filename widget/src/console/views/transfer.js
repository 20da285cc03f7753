// Giving a conversation to a colleague or to a team. Who can't take it is shown, with why.

import { useState } from 'preact/hooks'
import { isMine } from '../store.js'
import { fold } from '../queue.js'
import { visitorName } from '../wording.js'
import { html, useApp } from './html.js'
import { Icon } from './icons.js'
import { Avatar, Dialog, DialogHead, Slots, Standing } from './parts.js'

/** @typedef {import('../types.js').AgentView} AgentView */

const REASON_MAX = 500

/** Why an agent can't take one now; "" when they can. @param {AgentView} agent @param {string} team */
export function obstacleOf(agent, team) {
  if (!agent.present || agent.availability === 'offline') return 'console.transfer.offline'
  if (agent.availability !== 'available') return `console.transfer.${agent.availability}`
  if (agent.load >= agent.capacity) return 'console.transfer.full'
  if (agent.teams.length > 0 && !agent.teams.includes(team)) return 'console.transfer.other_team'
  return ''
}

/** @param {{onClose: () => void}} props */
export function TransferDialog({ onClose }) {
  const { model, actions, t } = useApp()
  const state = model.state.value
  const one = model.current.value
  const [kind, setKind] = useState(/** @type {'agent' | 'team'} */ ('agent'))
  const [chosen, setChosen] = useState('')
  const [query, setQuery] = useState('')
  const [reason, setReason] = useState('')
  const [isBusy, setBusy] = useState(false)
  if (one === null || !isMine(state, one)) return null
  const wanted = fold(query)
  const agents = [...state.agents.values()].filter(agent => agent.id !== state.me?.id && fold(agent.name).includes(wanted))
    .sort((a, b) => Number(obstacleOf(a, one.team) !== '') - Number(obstacleOf(b, one.team) !== '') || a.load - b.load || a.name.localeCompare(b.name))
  const teams = state.teams.filter(team => team.site === one.site && fold(team.name).includes(wanted))
  const target = kind === 'agent' ? state.agents.get(chosen)?.name : state.teams.find(team => team.id === chosen)?.name
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault()
    if (target === undefined || isBusy) return
    setBusy(true)
    const to = kind === 'agent' ? { agent: chosen } : { team: chosen }
    if (await actions.transfer(one, to, reason.trim(), target)) onClose()
    setBusy(false)
  }
  const pick = (/** @type {'agent' | 'team'} */ next) => {
    setKind(next)
    setChosen('')
  }
  const quick = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void submit(event)
  }
  return html`<${Dialog} label=${t('console.transfer.title')} onClose=${onClose}><form onSubmit=${submit} onKeyDown=${quick}>
    <${DialogHead} title=${t('console.transfer.title')} lead=${visitorName(t, one)} onClose=${onClose} />
    <div class="bd">
      <div class="row">
        <div class="seg" role="group" aria-label=${t('console.transfer.to')}>
          <button type="button" aria-pressed=${kind === 'agent' ? 'true' : 'false'} onClick=${() => pick('agent')}>${t('console.transfer.to_agent')}</button>
          <button type="button" aria-pressed=${kind === 'team' ? 'true' : 'false'} onClick=${() => pick('team')}>${t('console.transfer.to_team')}</button></div>
        <label class="field sp"><${Icon} name="search" size="s" /><input autofocus type="search" autocomplete="off" aria-label=${t('console.transfer.search')} placeholder=${t('console.transfer.search')} value=${query}
          onKeyDown=${(/** @type {KeyboardEvent} */ event) => { if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey) event.preventDefault() }}
          onInput=${(/** @type {InputEvent} */ event) => setQuery(/** @type {HTMLInputElement} */ (event.target).value)} /></label></div>
      <div class="pick" role="radiogroup" aria-label=${t('console.transfer.to')}>
        ${kind === 'agent' ? agents.map(agent => html`<${AgentChoice} key=${agent.id} agent=${agent} team=${one.team} isChosen=${agent.id === chosen} onChoose=${setChosen} />`)
          : teams.map(team => html`<label key=${team.id}><input type="radio" name="target" checked=${team.id === chosen} onChange=${() => setChosen(team.id)} />
              <${Avatar} name=${team.name} /><span><span class="m">${team.name}</span>${team.id === one.team ? html`<br /><span class="t12 t3">${t('console.transfer.same_team')}</span>` : null}</span></label>`)}
        ${(kind === 'agent' ? agents : teams).length === 0 ? html`<p class="none">${t(query === '' ? 'console.transfer.nobody' : 'console.transfer.no_match')}</p>` : null}
      </div>
      <label class="notefield"><span>${t('console.transfer.note')} <span class="chip note"><${Icon} name="lock" size="s" />${t('console.transfer.team_only')}</span></span>
        <textarea rows="3" maxlength=${REASON_MAX} value=${reason} onInput=${(/** @type {InputEvent} */ event) => setReason(/** @type {HTMLTextAreaElement} */ (event.target).value)}></textarea></label>
      <p class="row t12 t2"><${Icon} name="info" size="s" />${t(kind === 'agent' ? 'console.transfer.explain_agent' : 'console.transfer.explain_team')}</p>
    </div>
    <footer><button type="button" class="btn" onClick=${onClose}>${t('action.cancel')}</button>
      <button type="submit" class="btn pri" disabled=${target === undefined || isBusy}>${t('console.transfer')}</button></footer>
  </form><//>`
}

/** @param {{agent: AgentView, team: string, isChosen: boolean, onChoose: (id: string) => void}} props */
function AgentChoice({ agent, team, isChosen, onChoose }) {
  const { t } = useApp()
  const obstacle = obstacleOf(agent, team)
  return html`<label class=${obstacle ? 'off' : ''}><input type="radio" name="target" checked=${isChosen} disabled=${obstacle !== ''} onChange=${() => onChoose(agent.id)} />
    <${Avatar} name=${agent.name} /><span class="cut"><span class="m">${agent.name}</span>${obstacle ? html`<br /><span class="t12">${t(obstacle)}</span>` : null}</span>
    <${Standing} agent=${agent} />
    <span class="ld" title=${t('console.capacity.load', { open: agent.load, limit: agent.capacity })}><${Slots} load=${agent.load} capacity=${agent.capacity} />${agent.load}/${agent.capacity}</span></label>`
}
