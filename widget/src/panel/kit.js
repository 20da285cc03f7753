// The small pieces every screen is made of: h, icons, avatars, and the desk they all read.

import htm from 'htm'
import { h } from 'preact'

/** @typedef {import('./desk.js').Desk} Desk */

export const html = htm.bind(h)
/** @type {Desk} */
let theDesk
/** There is one desk a page. @param {Desk} desk */
export const setDesk = desk => { theDesk = desk }
export const useDesk = () => theDesk

/** One pen: 20 grid, 1.6 stroke, round ends. */
const ICONS = {
  chat: 'M10 3C5.7 3 2.5 5.8 2.5 9.5c0 1.9.8 3.5 2.2 4.7-.1 1-.5 1.9-1.2 2.7 1.6-.1 2.9-.6 4-1.4.8.2 1.6.3 2.5.3 4.3 0 7.5-2.8 7.5-6.3S14.3 3 10 3Z',
  next: 'M8 4.8 13.2 10 8 15.2',
  back: 'M12 4.5 6.5 10l5.5 5.5',
  down: 'm5 7.8 5 5 5-5',
  send: 'M10 15.8V4.6M5.2 9.3 10 4.5l4.8 4.8',
  tick: 'm4.5 10.6 3.6 3.7 7.4-8.3',
  ticks: 'm1.8 10.6 3.4 3.6 6.6-7.6m-1.9 7 .6.6 6.7-7.6',
  clock: 'M16.8 10a6.8 6.8 0 1 1-13.6 0 6.8 6.8 0 0 1 13.6 0ZM10 6.3V10l2.4 1.6',
  alert: 'M16.8 10a6.8 6.8 0 1 1-13.6 0 6.8 6.8 0 0 1 13.6 0ZM10 6.6v4m0 2.7v.1',
  retry: 'M15.7 10.6A5.8 5.8 0 1 1 14 5.7l2 1.9m0-3.8v3.8h-3.8',
  pen: 'm12.8 4 3.2 3.2-8.6 8.6-3.9.7.7-3.9L12.8 4Zm-1.9 1.9 3.2 3.2',
  page: 'M5.5 3h5.7l3.3 3.4V17h-9V3Zm5.5.2v3.5h3.4M8 10.3h4m-4 3h4',
  save: 'M10 3.3v8.9M6.2 8.6 10 12.3l3.8-3.7M3.8 16.5h12.4',
  person: 'M13.2 7.2a3.2 3.2 0 1 1-6.4 0 3.2 3.2 0 0 1 6.4 0ZM3.9 16.8c.6-3.2 3-5 6.1-5s5.5 1.8 6.1 5',
  shield: 'm10 2.8 6 2.1v4.7c0 3.6-2.4 6.2-6 7.6-3.6-1.4-6-4-6-7.6V4.9l6-2.1Zm-2.6 7 1.9 1.9 3.4-3.7',
  offline: 'M2.6 8.4a10.6 10.6 0 0 1 14.8 0M5.7 11.6a6.2 6.2 0 0 1 6.6-1.5M9.4 15h.1m3.9-1.6 3.4 3.4m0-3.4-3.4 3.4',
  phone: 'M6.7 3.3H4.4c-.6 0-1.1.5-1.1 1.1 0 6.8 5.5 12.3 12.3 12.3.6 0 1.1-.5 1.1-1.1v-2.3l-3.5-1.5-1.5 1.7a10.6 10.6 0 0 1-5.2-5.2l1.7-1.5-1.5-3.5Z',
  mail: 'M4.5 4.5h11c.8 0 1.5.7 1.5 1.5v8c0 .8-.7 1.5-1.5 1.5h-11C3.7 15.5 3 14.8 3 14V6c0-.8.7-1.5 1.5-1.5ZM3.3 6.2l6.7 5 6.7-5',
  cross: 'm5.2 5.2 9.6 9.6m0-9.6-9.6 9.6',
  trash: 'M4 5.8h12M8 5.6V3.8h4v1.8M5.5 6l.7 10.7h7.6L14.5 6',
  seek: 'M13.9 9a4.9 4.9 0 1 1-9.8 0 4.9 4.9 0 0 1 9.8 0Zm-1.3 3.6 3.9 3.9',
  clip: 'm15.5 9.6-5.2 5.2a3.4 3.4 0 0 1-4.8-4.8l5.6-5.6a2.3 2.3 0 0 1 3.2 3.2l-5.5 5.5a1.1 1.1 0 0 1-1.6-1.6l4.9-4.8',
  reply: 'M8.2 5 4 9.2l4.2 4.2M4.3 9.2h6.2c3.2 0 5.5 2 5.5 5.6',
  more: 'M4.5 10h.01M10 10h.01M15.5 10h.01',
}
/** Icons that point somewhere turn round where reading goes the other way. */
const TURNS = new Set(['next', 'back', 'reply'])

/** @param {{name: keyof typeof ICONS, small?: boolean, lead?: boolean}} props */
export function Icon({ name, small, lead }) {
  const kind = `i${small ? ' s' : ''}${lead ? ' lead' : ''}${TURNS.has(name) ? ' turns' : ''}${name === 'more' ? ' dots' : ''}`
  return html`<svg class=${kind} viewBox="0 0 20 20" aria-hidden="true"><path d=${ICONS[name]} /></svg>`
}

/** Put the caret into the field. Where there is no mouse that brings up a keyboard: only when asked for. */
export function write({ keyboard = false } = {}) {
  if (keyboard || matchMedia('(hover: hover)').matches) document.getElementById('write')?.focus()
}

/** The first letters of the first and last word. @param {string} name */
export function initials(name) {
  const words = name.trim().split(/\s+/).filter(Boolean)
  const letters = words.length > 1 ? [words[0], words[words.length - 1]] : words
  return letters.map(word => [...word][0].toLocaleUpperCase('tr')).join('')
}

/** @param {{name?: string, bot?: boolean, big?: boolean}} props a name's initials; the shop's for the bot */
export function Avatar({ name = '', bot = false, big = false }) {
  const letters = initials(name)
  return html`<span class=${`avatar${big ? ' big' : ''}`} aria-hidden="true">
    ${letters && !bot ? letters : html`<${Icon} name=${bot ? 'chat' : 'person'} small />`}
  </span>`
}

/** @param {{names: readonly string[]}} props */
export function Faces({ names }) {
  const { t } = useDesk()
  if (names.length === 0) return null
  return html`<span class="stack" role="img" aria-label=${t('widget.header.team', { names: names.join(', ') })}>
    ${names.slice(0, 3).map(name => html`<${Avatar} name=${name} />`)}
  </span>`
}
