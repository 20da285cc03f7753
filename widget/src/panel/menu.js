// The head of the conversation: with whom, the way back, and what else can be done.

import { useRef, useState } from 'preact/hooks'
import { Minimise } from './home.js'
import { Avatar, Icon, html, useDesk } from './kit.js'

export function Head() {
  const { t, frame, state, line, screen, parts, more } = useDesk()
  const { view, conversation, messages } = state.value
  const [open, setOpen] = useState(false)
  const opener = useRef(/** @type {HTMLButtonElement | null} */ (null))
  const agent = view?.status === 'open' ? view.agent : null
  const status = view?.status ?? 'bot'
  const cut = line.value.phase !== 'ready'
  const below = cut ? 'widget.status.offline' : status === 'resolved' ? 'widget.activity.resolved' : `widget.status.${status}`
  const shut = () => { setOpen(false); opener.current?.focus() }
  return html`<header class="bar">
    <button class="tool" type="button" aria-label=${t('widget.header.back')} onClick=${() => { screen.value = 'home' }}><${Icon} name="back" /></button>
    <div class="who"><${Avatar} big name=${agent ?? ''} bot=${!agent} />
      <div><h1 tabindex="-1"><bdi>${agent ?? frame.site.name}</bdi></h1>
      <p>${(cut || messages.length > 0) && html`${(cut || agent) && html`<span class=${`dot${cut ? ' off' : ''}`}></span>`}${t(below)}`}</p></div></div>
    ${conversation !== null && html`<button ref=${opener} class="tool" type="button" aria-label=${t('widget.menu.label')} aria-haspopup="menu" aria-expanded=${open ? 'true' : 'false'}
      onClick=${() => { void more().catch(() => {}); setOpen(!open) }}><${Icon} name="more" /></button>`}
    <${Minimise} />
    ${open && parts.value && html`<${parts.value.Menu} shut=${shut} />`}
  </header>`
}
