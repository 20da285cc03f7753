// What a card of an order shows: how far it is, what may be pressed, what it is called. Pure.

import { safeHref } from './nodes.js'

/** @typedef {import('./wire.js').OrderView} OrderView */
/** @typedef {import('./wire.js').OrderStep} OrderStep */

/** The steps of an order that comes, in their order. */
const PATH = /** @type {const} */ (['received', 'preparing', 'shipped', 'delivered'])
const ITEMS_SHOWN = 2
const HTTPS = new Set(['https:'])

/**
 * The way of an order; empty for one that has left it.
 *
 * @param {OrderStep} step
 * @returns {{name: typeof PATH[number], state: 'done' | 'now' | 'ahead'}[]}
 */
export function wayOf(step) {
  const now = PATH.findIndex(name => name === step)
  if (now < 0) return []
  const arrived = now === PATH.length - 1
  return PATH.map((name, at) => ({ name, state: at < now || arrived ? 'done' : at === now ? 'now' : 'ahead' }))
}

/**
 * Pages of the carrier and the shop, the most wanted first; what the order is too far for is left out.
 *
 * @param {OrderView} order
 * @returns {{name: 'track' | 'cancel' | 'return' | 'invoice', href: string}[]}
 */
export function linksOf(order) {
  const early = order.step === 'received' || order.step === 'preparing'
  const pages = /** @type {const} */ ([
    ['track', order.step === 'cancelled' ? '' : order.tracking_url],
    ['cancel', early && order.cancellable !== false ? order.cancel_url : ''],
    ['return', order.step === 'delivered' && order.returnable !== false ? order.return_url : ''],
    ['invoice', order.invoice_url],
  ])
  return pages.flatMap(([name, url]) => {
    const href = safeHref(url, HTTPS)
    return href === null ? [] : [{ name, href }]
  })
}

/** A few of the things ordered, and how many more there are. @param {readonly string[]} items */
export function itemsOf(items) {
  const more = items.length > ITEMS_SHOWN + 1 ? items.length - ITEMS_SHOWN : 0
  return { shown: more > 0 ? items.slice(0, ITEMS_SHOWN) : items, more }
}

/** The day that is worth saying: when it comes, or when it was ordered. @param {OrderView} order */
export function dayOf({ step, expected, placed }) {
  const coming = step === 'received' || step === 'preparing' || step === 'shipped'
  const [key, day] = coming && expected ? ['order.expected', expected] : ['order.placed', placed]
  // Noon, so that it is the same day wherever the reader is.
  return day ? { key, atMs: Date.parse(`${day}T12:00:00Z`) } : null
}
