// What the shop has of a visitor: taken along, withdrawn, erased.

import { safeHref } from '../../core/nodes.js'

/** @param {import('./make.js').Kit} kit */
export function makeData({ desk, html, Icon, Minimise, hooks: { useEffect, useState }, say }) {
  const { chat, frame, times } = desk
  const { consent } = frame.widget

  return function Data() {
    const [kept, setKept] = useState(/** @type {any} */ (null))
    const [asks, setAsks] = useState(false)
    const [done, setDone] = useState(false)
    const [trouble, setTrouble] = useState(false)
    const look = () => chat.ask('privacy_get', {}).then(answer => answer.ok ? setKept(answer) : setTrouble(true), () => setTrouble(true))
    useEffect(() => { if (desk.state.value.known) void look() }, [])

    const take = async () => {
      const tab = window.open('', '_blank')
      const answer = await chat.ask('data_export', {}).catch(() => null)
      const href = answer?.ok ? safeHref(new URL(answer.url, location.origin).href) : null
      if (href === null) { tab?.close(); return setTrouble(true) }
      if (tab === null) location.assign(href)
      else { tab.opener = null; tab.location.replace(href) }
    }
    const say_ = async (/** @type {boolean} */ given) => {
      const answer = await chat.ask('consent_set', { given, version: given ? consent.version : kept.consent_version }).catch(() => null)
      if (!answer?.ok) return setTrouble(true)
      void look()
    }
    const erase = async () => {
      setAsks(false)
      const answer = await chat.ask('data_erase', {}).catch(() => null)
      if (!answer?.ok) return setTrouble(true)
      desk.erased()
      setKept(null)
      setDone(true)
    }
    const count = kept?.conversations ?? 0
    return html`<header class="bar"><button class="tool" type="button" aria-label=${say('widget.header.back')} onClick=${() => { desk.screen.value = 'home' }}><${Icon} name="back" /></button>
        <div class="who"><h1 tabindex="-1">${say('more.data.title')}</h1></div><${Minimise} /></header>
      <main class="scroll data">
        <p role="status">${done ? say('more.data.done') : count > 0 ? say('more.data.count', { count }) : say('more.data.none')}</p>
        ${kept !== null && html`<div class="card rows">
          <button class="row" type="button" onClick=${take}><${Icon} name="save" lead /><span>${say('more.data.export')}<small>${say('more.data.export_note')}</small></span></button>
          ${frame.site.privacy_url && html`<a class="row" href=${frame.site.privacy_url} target="_blank" rel="noopener noreferrer"><${Icon} name="page" lead /><span>${say('more.data.notice')}<small>${frame.widget.privacy.version}</small></span></a>`}</div>
        ${(kept.consent || consent.text) && html`<div class="card in"><label class="check"><input type="checkbox" checked=${kept.consent === true} onChange=${(/** @type {any} */ event) => say_(event.target.checked)} />
          <span><b>${say('more.data.consent')}</b><small dir="auto">${consent.text}</small>${kept.consent && html`<small>${say('more.data.given', { when: times.date(kept.consent_ms) })}</small>`}</span></label></div>`}
        ${asks
          ? html`<div class="card in ask" role="alertdialog" aria-labelledby="erase-ask"><p id="erase-ask">${say('more.data.ask')}</p>
              <button class="btn wide" type="button" ref=${(/** @type {HTMLElement | null} */ element) => element?.focus()} onClick=${() => setAsks(false)}>${say('action.cancel')}</button>
              <button class="btn wide stop" type="button" onClick=${erase}>${say('more.data.confirm')}</button></div>`
          : html`<div class="card rows"><button class="row danger" type="button" onClick=${() => setAsks(true)}><${Icon} name="trash" /><span>${say('more.data.erase')}<small>${say('more.data.erase_note')}</small></span></button></div>`}`}
        ${trouble && html`<p class="wrong" role="alert"><${Icon} name="alert" small />${say('more.data.failed')}</p>`}
      </main>`
  }
}
