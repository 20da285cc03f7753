// What the agent declares, and how many conversations are in hand.

import { useEffect, useRef } from 'preact/hooks'
import { html, useApp } from './html.js'
import { AvailabilityShape, Icon } from './icons.js'
import { Slots } from './parts.js'

/** @typedef {import('../types.js').Availability} Availability */
/** @type {readonly Availability[]} */
const STATES = ['available', 'busy', 'away', 'offline']

/** The bar above the queue. */
export function AvailabilityBar() {
  const { model, t } = useApp()
  const me = model.state.value.me
  const isDown = model.wasReady.value && model.line.value.phase !== 'ready'
  const state = me?.availability ?? 'offline'
  const button = useRef(/** @type {HTMLButtonElement | null} */ (null))
  const open = model.statusMenu.value
  const words = isDown ? t('console.line.off') : t(`console.availability.${state}`)
  const close = () => {
    model.statusMenu.value = false
    button.current?.focus()
  }
  return html`<div class="bar">
    <button ref=${button} type="button" class="state" id="status-button" aria-haspopup="menu" aria-expanded=${open ? 'true' : 'false'}
      aria-label=${t('console.availability.label', { state: words })} onClick=${() => { model.statusMenu.value = !open }}>
      <${AvailabilityShape} state=${isDown ? 'offline' : state} /><span class="cut">${words}</span><${Icon} name="down" size="s" /></button>
    <span class="sp"></span>
    ${me ? html`<span class="cap" title=${t('console.capacity.load', { open: me.load, limit: me.capacity })}>
      <${Slots} load=${me.load} capacity=${me.capacity} />
      <span class="t12 t2 num" aria-hidden="true">${me.load}/${me.capacity}</span>
      <span class="vh">${t('console.capacity.load', { open: me.load, limit: me.capacity })}</span></span>` : null}
    ${open ? html`<${StatusMenu} state=${state} onClose=${close} />` : null}
  </div>`
}

/** @param {{state: Availability, onClose: () => void}} props */
function StatusMenu({ state, onClose }) {
  const { model, actions, alerts, t } = useApp()
  const me = model.state.value.me
  const menu = useRef(/** @type {HTMLElement | null} */ (null))
  useEffect(() => {
    const items = () => [.../** @type {NodeListOf<HTMLElement>} */ (menu.current?.querySelectorAll('[role=menuitemradio]') ?? [])]
    items()[STATES.indexOf(state)]?.focus()
    const outside = (/** @type {Event} */ event) => {
      const target = /** @type {HTMLElement} */ (event.target)
      if (!menu.current?.contains(target) && !target.closest('#status-button')) model.statusMenu.value = false
    }
    const keys = (/** @type {KeyboardEvent} */ event) => {
      const all = items()
      const at = all.indexOf(/** @type {HTMLElement} */ (document.activeElement))
      const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
      if (step !== 0) all[(at + step + all.length) % all.length]?.focus()
      else if (event.key === 'Escape' || event.key === 'Tab') onClose()
      else return
      event.preventDefault()
      event.stopPropagation()
    }
    const box = menu.current
    box?.addEventListener('keydown', keys)
    document.addEventListener('pointerdown', outside)
    return () => {
      box?.removeEventListener('keydown', keys)
      document.removeEventListener('pointerdown', outside)
    }
  }, [])
  const choose = (/** @type {Availability} */ one) => {
    alerts.unlock()
    onClose()
    void actions.setAvailability(one)
  }
  return html`<div class="pop statusmenu">
    <div ref=${menu} class="menu" role="menu" aria-label=${t('console.availability.menu')}>
      ${STATES.map(one => html`<button type="button" role="menuitemradio" tabindex="-1" aria-checked=${one === state ? 'true' : 'false'} onClick=${() => choose(one)}>
        <${AvailabilityShape} state=${one} />
        <span class="say"><span class="m">${t(`console.availability.${one}`)}</span><span class="t12 t3">${t(`console.availability.${one}_hint`)}</span></span>
        ${one === state ? html`<${Icon} name="check" />` : null}</button>`)}
    </div>
    ${me ? html`<div class="capline"><${Slots} load=${me.load} capacity=${me.capacity} /><span class="t12 t2 num">${t('console.capacity.load', { open: me.load, limit: me.capacity })}</span></div>` : null}
  </div>`
}
