// Puts a shop's accent on an element as tokens. Style properties only, so any CSP allows it.

/** @typedef {import('./accent.js').Accent} Accent */

/** Which of the five colours is which token. @type {[keyof Accent, string][]} */
const TOKENS = [['accent', '--accent'], ['on', '--on-accent'], ['ink', '--accent-ink'], ['soft', '--accent-soft'], ['edge', '--accent-edge']]

/**
 * Set the five accent tokens on an element; does nothing without a colour.
 *
 * @param {HTMLElement} element
 * @param {{light: Accent, dark: Accent} | null | undefined} pair as `adapt` works it out
 */
export function paint(element, pair) {
  if (pair === null || typeof pair !== 'object') return
  for (const [name, token] of TOKENS) {
    const [light, dark] = [pair.light[name] ?? 'transparent', pair.dark[name] ?? 'transparent']
    element.style.setProperty(token, `light-dark(${light}, ${dark})`)
  }
}
