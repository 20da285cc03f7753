// What a card of a product or a page shows: its price, where it leads, what becomes of a press. Pure.

import { safeHref } from './nodes.js'

/** @typedef {import('./wire.js').ProductView} ProductView */

const HTTPS = new Set(['https:'])
const NO_BREAK = '\u00a0'

/** An amount as shoppers read it: `1.499,90 TL`, `1.500 TL`; `TRY 1,499.90`. @param {number} kurus @param {'tr' | 'en'} language */
export function money(kurus, language) {
  const digits = kurus % 100 === 0 ? 0 : 2
  const figure = new Intl.NumberFormat(language === 'tr' ? 'tr-TR' : 'en-GB', { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(kurus / 100)
  return language === 'tr' ? `${figure}${NO_BREAK}TL` : `TRY${NO_BREAK}${figure}`
}

/** Where a card leads, and the host that is shown for it; null for what is no https page. @param {string} url */
export function wayTo(url) {
  const href = safeHref(url, HTTPS)
  return href === null ? null : { href, host: new URL(href).host.replace(/^www\./, '') }
}

/** The address of the picture of a message's product. @param {{conversation: string, seq: number}} message */
export const pictureOf = ({ conversation, seq }) => `/picture/${conversation}/${seq}`

/** Whether a product may be put into the basket from here. @param {ProductView} product @param {boolean} heard whether the shop's page listens */
export const isForBasket = ({ sku, stock }, heard) => heard && sku !== '' && stock !== 'out'
