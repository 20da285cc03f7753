// An order as its shopper was shown it, in the agents' words.

import { dayOf, linksOf, wayOf } from '../../core/orders.js'
import { html, useApp } from './html.js'

/** @typedef {import('../../core/wire.js').OrderView} OrderView */

/** @param {{order: OrderView}} props */
export function OrderCard({ order }) {
  const { t, times } = useApp()
  const day = dayOf(order)
  const parcel = [order.carrier, order.tracking_number].filter(Boolean).join(' · ')
  return html`<div class="order-card">
    <p class="q-title">${t('order.title', { number: order.number })}</p>
    <p>${t(`order.step.${order.step}`)}</p>
    ${day && html`<p class="t12 t2">${t(day.key, { date: times.date(day.atMs) })}</p>`}
    <${Way} step=${order.step} />
    ${parcel && html`<p class="t12 t2">${parcel}</p>`}
    ${order.items.length > 0 && html`<p class="t12 t2" dir="auto">${order.items.join(', ')}</p>`}
    <p class="links">${linksOf(order).map(({ name, href }) => html`
      <a key=${name} href=${href} target="_blank" rel="noopener noreferrer nofollow">${t(`order.link.${name}`)}</a>`)}</p>
  </div>`
}

/** @param {{step: import('../../core/wire.js').OrderStep}} props */
function Way({ step }) {
  const { t } = useApp()
  const way = wayOf(step)
  if (way.length === 0) return null
  return html`<ol class="way" aria-label=${t('order.steps')}>${way.map(({ name, state }) => html`
    <li key=${name} class=${state} aria-current=${state === 'now' ? 'step' : null}>${t(`order.short.${name}`)}${state === 'done' && html`<span class="vh"> (${t('order.done')})</span>`}</li>`)}</ol>`
}
