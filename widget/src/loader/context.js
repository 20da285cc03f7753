// What a shop says of basket, product and order, cut to what is ever sent on. Pure.

const FIELDS = ['cart', 'product', 'order', 'page', 'visitor']
const MOST_CHARS = 4000
const MOST_DEPTH = 4

/** Plain values alone, short and not deep; what a page's prototypes carry stays behind. @param {unknown} value @param {number} depth @returns {unknown} */
function plain(value, depth) {
  if (typeof value === 'string') return value.slice(0, 300)
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) return value
  if (typeof value !== 'object' || value === null || depth === 0) return undefined
  if (Array.isArray(value)) return Array.from(value.slice(0, 20), one => plain(one, depth - 1))
  return Object.fromEntries(Object.entries(value).slice(0, 20)
    .filter(([key]) => key !== '__proto__')
    .map(([key, one]) => [key.slice(0, 40), plain(one, depth - 1)]))
}

/**
 * The fields a shop may set; a field that is too long is left out.
 *
 * @param {unknown} said
 * @returns {Record<string, unknown>}
 */
export function contextOf(said) {
  if (typeof said !== 'object' || said === null) return {}
  /** @type {Record<string, unknown>} */
  const kept = {}
  for (const field of FIELDS) {
    if (!Object.hasOwn(said, field)) continue
    const value = plain(/** @type {any} */ (said)[field], MOST_DEPTH)
    if (value === undefined || JSON.stringify(value).length <= MOST_CHARS) kept[field] = value ?? null
  }
  return kept
}
