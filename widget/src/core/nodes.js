// Turns the server's Markdown nodes and people's plain text into vnodes. No HTML string exists
// anywhere on this way, so there is nothing to sanitise.

/** @typedef {import('./wire.js').MarkdownNode} MarkdownNode */
/**
 * @template V
 * @typedef {(type: string, props: Record<string, any> | null, ...children: (V | string)[]) => V} Make
 */

const TAGS = new Map(Object.entries({
  strong: 'strong', em: 'em', paragraph: 'p', list: 'ul', ordered_list: 'ol', item: 'li',
}))
const SCHEMES = new Set(['http:', 'https:', 'mailto:', 'tel:'])
const ADDRESS = /\bhttps?:\/\/[^\s<>"“”]+/gi
const MAX_DEPTH = 12

/**
 * The address if a browser may open it, else null. Read with the same parser the browser uses, so
 * that no spelling of `javascript:` slips by.
 *
 * @param {string} href
 * @param {ReadonlySet<string>} [schemes]
 * @returns {string | null}
 */
export function safeHref(href, schemes = SCHEMES) {
  let url
  try {
    url = new URL(href)
  } catch {
    return null
  }
  if (!schemes.has(url.protocol)) return null
  // "https://shop.example@evil.example": what is read must be where it goes.
  if (url.username !== '' || url.password !== '') return null
  return url.href
}

/** @param {string} href */
const linkProps = href => ({ href, rel: 'noopener noreferrer nofollow', target: '_blank' })

/**
 * Markdown nodes as vnodes (or DOM nodes: whatever `make` makes). Unknown types show their text.
 *
 * @template V
 * @param {readonly MarkdownNode[]} nodes
 * @param {Make<V>} make `h` of Preact, or a function that builds DOM
 * @param {number} [depth]
 * @returns {(V | string)[]}
 */
export function renderNodes(nodes, make, depth = 0) {
  if (depth > MAX_DEPTH) return []
  return nodes.map(node => {
    const inside = () => renderNodes(node.children ?? [], make, depth + 1)
    if (node.type === 'text') return node.text ?? ''
    if (node.type === 'break') return make('br', null)
    if (node.type === 'link') {
      const href = safeHref(node.href ?? '')
      return href === null ? make('span', null, ...inside()) : make('a', linkProps(href), ...inside())
    }
    return make(TAGS.get(node.type) ?? 'span', null, ...inside())
  })
}

/**
 * What somebody typed, as strings and links; only http and https become links.
 *
 * @template V
 * @param {string} text
 * @param {Make<V>} make
 * @returns {(V | string)[]}
 */
export function renderText(text, make) {
  /** @type {(V | string)[]} */
  const out = []
  let from = 0
  for (const { 0: found, index } of text.matchAll(ADDRESS)) {
    const shown = trimAddress(found)
    const href = safeHref(shown, new Set(['http:', 'https:']))
    if (href === null) continue
    if (index > from) out.push(text.slice(from, index))
    out.push(make('a', linkProps(href), shown))
    from = index + shown.length
  }
  if (from < text.length) out.push(text.slice(from))
  return out
}

/** Punctuation that ends a sentence, and a bracket that was opened before the address, stay outside. */
function trimAddress(/** @type {string} */ found) {
  let shown = found.replace(/[.,;:!?'’…»]+$/u, '')
  while (shown.endsWith(')') && shown.split(')').length > shown.split('(').length) shown = shown.slice(0, -1)
  return shown
}
