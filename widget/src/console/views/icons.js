// The line drawings and the shapes of states. Each state has a shape of its own, so that nothing
// depends on colour.

import { html } from './html.js'

/** A path's data, a circle (cx, cy, r) or a rectangle (x, y, width, height, rx), on a 16 px square. */
/** @type {Record<string, (string | number[])[]>} */
const DRAWINGS = {
  book: ['M8 4C6.5 2.8 4.5 2.5 2.5 2.5v9.5c2 0 4 .3 5.5 1.5 1.5-1.2 3.5-1.5 5.5-1.5V2.5C11.5 2.5 9.5 2.8 8 4zM8 4v9.5'],
  bot: [[2.75, 5.25, 10.5, 7.5, 2], 'M8 5V2.8M6 8.5v1M10 8.5v1M1 8.5v1.5M15 8.5v1.5'],
  chat: ['M2.5 4.5a2 2 0 0 1 2-2h7a2 2 0 0 1 2 2v4a2 2 0 0 1-2 2H7l-3 3v-3a1.6 1.6 0 0 1-1.5-2z'],
  check: ['m3 8.5 3.2 3.2L13 4.8'],
  clock: [[8, 8, 5.5], 'M8 5v3.2l2 1.3'],
  down: ['m4.5 6.5 3.5 3.5 3.5-3.5'],
  eye: ['M1.5 8S4 3.8 8 3.8 14.5 8 14.5 8 12 12.2 8 12.2 1.5 8 1.5 8z', [8, 8, 1.8]],
  tag: ['M2.5 7.5v-5h5l6 6-5 5zM5.5 5.5h.01'],
  file: ['M4 2h5l3 3v9H4zM9 2v3h3'],
  flag: ['M3.5 14V2.5h8.5L10.2 5.8 12 9H3.5'],
  hist: ['M2.5 8a5.5 5.5 0 1 0 1.8-4.1L2.5 5.5M2.5 2.5v3h3M8 5.2v3l2 1.2'],
  info: [[8, 8, 5.7], 'M8 7.3v3.5M8 5v.01'],
  key: [[1.5, 4, 13, 8, 1.5], 'M4 7h.01M6.7 7h.01M9.3 7h.01M12 7h.01M5 9.5h6'],
  left: ['M9.5 4.5 6 8l3.5 3.5'],
  lock: [[3, 7, 10, 6.5, 1.5], 'M5.2 7V5a2.8 2.8 0 0 1 5.6 0v2'],
  mail: [[2, 3.5, 12, 9, 1.5], 'm2.3 5 5.7 4.2L13.7 5'],
  moon: ['M13 9.5A5.5 5.5 0 0 1 6.5 3 5.5 5.5 0 1 0 13 9.5z'],
  move: ['M3 5.5h9M9.5 3 12 5.5 9.5 8M13 10.5H4M6.5 8 4 10.5 6.5 13'],
  off: ['M2 2l12 12M5.3 9.7a4 4 0 0 1 3-1.1M3 7.2a7.6 7.6 0 0 1 2.5-1.7M8.5 4.6A7.5 7.5 0 0 1 13 7.2M8 12v.01'],
  pen: ['m3 13 .7-3L10.5 3.2l2.3 2.3L6 12.3zM9 4.7 11.3 7'],
  search: [[7, 7, 4.25], 'm10.3 10.3 3.2 3.2'],
  seen: ['m1.5 8.5 2.8 2.8L10 5.2M7.5 10.5l.9.8L14.5 5'],
  send: ['M2.5 8 13.5 3l-3.2 10.5L7.6 9zM7.6 9l2.4-2.6'],
  side: [[2, 3, 12, 10, 1.5], 'M10 3v10'],
  sun: [[8, 8, 2.7], 'M8 1.5V3M8 13v1.5M1.5 8H3M13 8h1.5M3.4 3.4l1 1M11.6 11.6l1 1M12.6 3.4l-1 1M4.4 11.6l-1 1'],
  user: [[8, 5.5, 2.75], 'M2.8 13.5a5.3 5.3 0 0 1 10.4 0'],
  window: [[2, 3, 12, 10, 1.5], 'M2 6h12'],
  x: ['m4 4 8 8M12 4l-8 8'],
}

/** @param {string | number[]} part */
function drawn(part) {
  if (typeof part === 'string') return html`<path d=${part} />`
  if (part.length === 3) return html`<circle cx=${part[0]} cy=${part[1]} r=${part[2]} />`
  return html`<rect x=${part[0]} y=${part[1]} width=${part[2]} height=${part[3]} rx=${part[4]} />`
}

/** @param {{name: string, size?: 's' | 'l' | ''}} props */
export function Icon({ name, size = '' }) {
  return html`<svg class="i ${size}" viewBox="0 0 16 16" aria-hidden="true">${DRAWINGS[name].map(drawn)}</svg>`
}

/** The product's mark. */
export function Mark() {
  return html`<svg viewBox="0 0 24 24" aria-hidden="true">
    <path fill="var(--accent)" d="M3 7a4 4 0 0 1 4-4h7a4 4 0 0 1 4 4v3a4 4 0 0 1-4 4H9l-4 3.5V14a4 4 0 0 1-2-3.5z" />
    <path fill="var(--text)" d="M20.5 9.5c.9.7 1.5 1.7 1.5 3v2.2a3.5 3.5 0 0 1-1.5 2.9V21l-3.5-2.8h-3.6a3.6 3.6 0 0 1-3.1-1.8H14a6.4 6.4 0 0 0 6.5-6.4z" />
  </svg>`
}

/** The wedge of the ring that grows with the wait. @param {number} share 0–1 of the target */
function wedge(share) {
  const angle = Math.min(0.999, Math.max(0.03, share)) * 2 * Math.PI
  const [x, y] = [7 + 3.4 * Math.sin(angle), 7 - 3.4 * Math.cos(angle)]
  return `M7 7V3.6A3.4 3.4 0 ${angle > Math.PI ? 1 : 0} 1 ${x.toFixed(2)} ${y.toFixed(2)}z`
}

/** Where a conversation stands against the target. @param {{level: import('../urgency.js').Level, share: number}} props */
export function UrgencyShape({ level, share }) {
  const inside = level === 'calm'
    ? html`<circle cx="7" cy="7" r="5.6" fill="none" stroke="var(--control)" stroke-width="1.5" /><path d=${wedge(share)} fill="currentColor" />`
    : level === 'warn' ? html`<path d="M7 1.2 13.4 12.5H.6z" fill="var(--warn-mark)" /><path d="M7 5.2v3.3M7 10.5v.01" stroke="var(--surface)" stroke-width="1.6" stroke-linecap="round" />`
      : level === 'late' ? html`<path d="M7 .4 13.6 7 7 13.6.4 7z" fill="var(--crit-mark)" /><path d="M7 4v3.4M7 9.7v.01" stroke="var(--on-crit)" stroke-width="1.6" stroke-linecap="round" />`
        : level === 'over' ? html`<path d="M7 .4 13.6 7 7 13.6.4 7z" fill="currentColor" /><path d="M7 4v3.4M7 9.7v.01" stroke="var(--crit-mark)" stroke-width="1.6" stroke-linecap="round" />`
          : level === 'done' ? html`<circle cx="7" cy="7" r="5.6" fill="none" stroke="var(--control)" stroke-width="1.5" /><path d="m4.5 7.2 1.7 1.7 3.4-3.6" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" />`
            : html`<circle cx="7" cy="7" r="5.6" fill="none" stroke="var(--control)" stroke-width="1.5" stroke-dasharray="2 2" />`
  return html`<svg class="sh" viewBox="0 0 14 14" aria-hidden="true">${inside}</svg>`
}

/** What an agent declares; `lost` while the line is down. @param {{state: string}} props */
export function AvailabilityShape({ state }) {
  const inside = state === 'available'
    ? html`<circle cx="7" cy="7" r="6.3" fill="var(--ok-mark)" /><path d="m4.3 7.2 1.9 1.9 3.6-4" fill="none" stroke="var(--surface)" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round" />`
    : state === 'busy' ? html`<rect x="1" y="1" width="12" height="12" rx="2.5" fill="var(--warn-mark)" /><path d="M4 7h6" stroke="var(--surface)" stroke-width="1.8" stroke-linecap="round" />`
      : state === 'away' ? html`<path d="M12.6 8.7A6 6 0 0 1 5.3 1.4 6 6 0 1 0 12.6 8.7z" fill="var(--text-3)" />`
        : html`<circle cx="7" cy="7" r="5.6" fill="none" stroke="var(--control)" stroke-width="1.5" /><path d="m5 5 4 4M9 5 5 9" stroke="var(--control)" stroke-width="1.5" stroke-linecap="round" />`
  return html`<svg class="sh" viewBox="0 0 14 14" aria-hidden="true">${inside}</svg>`
}

/** The diamond of a problem. */
export function ProblemShape() {
  return UrgencyShape({ level: 'late', share: 1 })
}

/** The stall with nobody before it. */
export function Stall() {
  return html`<svg class="art" viewBox="0 0 120 84" fill="none" stroke="var(--control)" stroke-width="1.5" aria-hidden="true">
    <path d="M10 62h100" /><path d="M36 62V44h48v18M30 44h60l-6-16H36z" />
    <path d="M36 28l-6 16a6 6 0 0 0 12 0 6 6 0 0 0 12 0 6 6 0 0 0 12 0 6 6 0 0 0 12 0 6 6 0 0 0 12 0" />
    <path d="M54 62V51h12v11" stroke="var(--accent)" stroke-width="2" /><circle cx="92" cy="16" r="6" stroke="var(--accent)" />
  </svg>`
}
