// The card of an order: what it is called, how far it is, when it comes, where to follow it. It is
// fetched with the later parts, as most conversations have none.

import { dayOf, itemsOf, linksOf, wayOf } from '../../core/orders.js'
import './ordercard.css'

/** @typedef {import('../../core/wire.js').OrderView} OrderView */

const BOX = 'm10 2.8 6.3 3.5v7.4L10 17.2l-6.3-3.5V6.3L10 2.8ZM3.9 6.5 10 9.9l6.1-3.4M10 10v7'
const OUT = 'M8.3 4.5H5.5c-.6 0-1 .4-1 1v9c0 .6.4 1 1 1h9c.6 0 1-.4 1-1v-2.8M11.7 4.3h4v4m-.2-3.8-5.8 5.8'

/** @param {import('./make.js').Kit} kit */
export function makeOrderCard({ html, Icon, desk: { t, times } }) {
  /** @param {{path: string}} props */
  function Drawn({ path }) {
    return html`<svg class="i s" viewBox="0 0 20 20" aria-hidden="true"><path d=${path} /></svg>`
  }

  /** @param {{message: {body: OrderView}, who: unknown}} props who: said to readers of the screen before all else */
  function OrderCard({ message: { body: order }, who }) {
    const day = dayOf(order)
    const links = linksOf(order)
    const { shown, more } = itemsOf(order.items)
    const parcel = [order.carrier, order.tracking_number].filter(Boolean)
    return html`<div class="card order">
      <div class="in">${who}
        <p class="topic"><${Drawn} path=${BOX} /><span class="num">${t('order.title', { number: order.number })}</span></p>
        <p class="state">${t(`order.step.${order.step}`)}</p>
        ${day && html`<p class="small">${t(day.key, { date: times.date(day.atMs) })}</p>`}
        <${Way} step=${order.step} />
        ${parcel.length > 0 && html`<p class="small num">${parcel.join(' · ')}</p>`}
        ${shown.length > 0 && html`<ul class="small items" dir="auto">${shown.map(item => html`<li>${item}</li>`)}
          ${more > 0 && html`<li>${t('order.more', { count: more })}</li>`}</ul>`}
      </div>
      ${links.length > 0 && html`<div class="acts">${links.map(({ name, href }) => html`
        <a key=${name} class="btn plain" href=${href} target="_blank" rel="noopener noreferrer nofollow">${t(`order.link.${name}`)}<${Drawn} path=${OUT} /></a>`)}</div>`}
    </div>`
  }

  /** @param {{step: import('../../core/wire.js').OrderStep}} props */
  function Way({ step }) {
    const way = wayOf(step)
    if (way.length === 0) return null
    return html`<ol class="way" aria-label=${t('order.steps')}>${way.map(({ name, state }) => html`
      <li key=${name} class=${state} aria-current=${state === 'now' ? 'step' : null}>
        ${state === 'done' && html`<${Icon} name="tick" />`}${t(`order.short.${name}`)}${state === 'done' && html`<span class="hush"> (${t('order.done')})</span>`}</li>`)}</ol>`
  }

  return OrderCard
}
