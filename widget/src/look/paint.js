// Puts a shop's accent on an element as tokens. Style properties only, so any CSP allows it.

import { adapt, isColour } from './accent.js'

/** @typedef {import('./accent.js').Accent} Accent */

/**
 * Set the five accent tokens on an element.
 *
 * @param {HTMLElement} element
 * @param {string | {light: Accent, dark: Accent} | null | undefined} colour `#rrggbb`, or worked out already
 */
export function paint(element, colour) {
  const accent = isColour(colour) ? adapt(colour) : colour
  if (accent === null || typeof accent !== 'object') return
  for (const name of /** @type {const} */ (['accent', 'on_accent', 'accent_ink', 'accent_soft', 'accent_edge'])) {
    const [light, dark] = [accent.light?.[name], accent.dark?.[name]]
    if (typeof light === 'string' && typeof dark === 'string') {
      element.style.setProperty(`--${name.replace('_', '-')}`, `light-dark(${light}, ${dark})`)
    }
  }
}
