// The card an agent fills in: what the shop's page says of the product, and how its fields become one
// that can be sent. Pure.

import { safeHref } from '../core/nodes.js'

/**
 * @typedef {{kind: 'product' | 'link', title: string, url: string, price: string, stock: string, image: string, sku: string, text: string}} Draft
 */

const HTTPS = new Set(['https:'])
const STOCKS = new Set(['in', 'few', 'out', 'unknown'])
/** @type {Draft} */
export const EMPTY = { kind: 'product', title: '', url: '', price: '', stock: 'unknown', image: '', sku: '', text: '' }

/** An https address as it is sent, else "". @param {unknown} said @param {string} [base] the page that said it */
function page(said, base) {
  if (typeof said !== 'string' || said.trim() === '') return ''
  try {
    return safeHref(new URL(said.trim(), base).href, HTTPS) ?? ''
  } catch {
    return ''
  }
}

/**
 * What people write as a price, in kuruş; null for none, NaN for what is no price. Turkish first:
 * a comma is the kuruş, dots part thousands; `1,499.90` is read as what it must be.
 *
 * @param {string} said
 * @returns {number | null}
 */
export function kurusOf(said) {
  const text = said.replace(/(?:TL|TRY|₺)/gi, '').replace(/\s/g, '')
  if (text === '') return null
  const turkish = /^(\d{1,3}(?:\.\d{3})+|\d+)(?:,(\d{1,2}))?$/.exec(text)
  const english = /^(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d{1,2}))?$/.exec(text)
  const found = turkish ?? english
  if (found === null) return NaN
  return Number(found[1].replace(/[.,]/g, '')) * 100 + Number((found[2] ?? '').padEnd(2, '0'))
}

/**
 * A card from what the shop's page says of its product; null where it says no product with a name.
 *
 * @param {any} product
 * @param {string} base address of the page
 * @returns {Draft | null}
 */
export function draftFrom(product, base) {
  const title = product?.title ?? product?.name
  if (typeof title !== 'string' || title.trim() === '') return null
  const { price, stock, image, sku, id } = product
  const shown = typeof price === 'number' && Number.isFinite(price) && price >= 0 ? price.toFixed(2).replace('.', ',').replace(/,00$/, '') : typeof price === 'string' && !Number.isNaN(kurusOf(price)) ? price : ''
  const amount = typeof stock === 'number' ? (stock <= 0 ? 'out' : stock <= 3 ? 'few' : 'in') : stock === true ? 'in' : stock === false ? 'out' : stock
  return {
    ...EMPTY, title: title.trim(), url: page(product.url ?? base, base), price: shown, stock: STOCKS.has(amount) ? amount : 'unknown',
    image: page(image, base), sku: String(sku ?? id ?? '').slice(0, 64),
  }
}

/**
 * What is sent of a draft, or the first field that can't be.
 *
 * @param {Draft} draft
 * @returns {{wrong: keyof Draft} | {wrong: null, card: Record<string, Record<string, unknown>>}}
 */
export function cardOf(draft) {
  const title = draft.title.trim()
  if (title === '') return { wrong: 'title' }
  const url = page(draft.url)
  if (url === '') return { wrong: 'url' }
  if (draft.kind === 'link') return { wrong: null, card: { link: { title, url, text: draft.text.trim() } } }
  const price = kurusOf(draft.price)
  if (Number.isNaN(price)) return { wrong: 'price' }
  const image = page(draft.image)
  if (draft.image.trim() !== '' && image === '') return { wrong: 'image' }
  return { wrong: null, card: { product: { title, url, price_kurus: price, stock: draft.stock, image, sku: draft.sku.trim() } } }
}
