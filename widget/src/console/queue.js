// What the queue pane lists: tabs, counts, sections, and rows that stay where the pointer is. Pure.

import { isMine } from './store.js'
import { byUrgency, urgencyOf } from './urgency.js'

/** @typedef {import('./types.js').AgentConversation} AgentConversation */
/** @typedef {import('./store.js').State} State */
/** @typedef {'mine' | 'waiting' | 'bot' | 'all'} Tab */
/** @typedef {'due' | 'idle' | 'waiting' | 'bot' | 'others' | 'fresh'} SectionKey */
/** @typedef {{key: SectionKey, ids: readonly string[]}} Section */

/** @type {readonly Tab[]} */
export const TABS = ['mine', 'waiting', 'bot', 'all']
/** @type {readonly SectionKey[]} */
const SECTIONS = ['due', 'idle', 'waiting', 'others', 'bot']

/** @param {State} state @param {AgentConversation} one @returns {SectionKey} */
function sectionOf(state, one) {
  if (one.status === 'waiting') return 'waiting'
  if (one.status === 'bot') return 'bot'
  if (!isMine(state, one)) return 'others'
  return one.answer_due_since_ms === null ? 'idle' : 'due'
}

/** @param {SectionKey} section @param {Tab} tab */
function isIn(section, tab) {
  return tab === 'all' || (tab === 'mine' ? section === 'due' || section === 'idle' : section === tab)
}

/** How many each tab holds, and whether the waiting ones are late. @param {State} state @param {number} now */
export function countsOf(state, now) {
  const counts = { mine: 0, waiting: 0, bot: 0, all: 0, isLate: false }
  for (const one of state.conversations.values()) {
    const section = sectionOf(state, one)
    for (const tab of TABS) if (isIn(section, tab)) counts[tab] += 1
    const { level } = urgencyOf(one, now)
    if (section === 'waiting' && (level === 'late' || level === 'over')) counts.isLate = true
  }
  return counts
}

/**
 * The sections of a tab in their order, filtered by what was typed.
 *
 * @param {State} state
 * @param {Tab} tab
 * @param {string} query
 * @param {number} now
 * @returns {Section[]}
 */
export function sectionsOf(state, tab, query, now) {
  const wanted = fold(query)
  /** @type {Map<SectionKey, AgentConversation[]>} */
  const found = new Map()
  for (const one of state.conversations.values()) {
    const section = sectionOf(state, one)
    if (!isIn(section, tab) || !matches(one, wanted)) continue
    found.set(section, [...(found.get(section) ?? []), one])
  }
  return SECTIONS.filter(key => found.has(key)).map(key => ({
    key, ids: (found.get(key) ?? []).sort(byUrgency(now)).map(one => one.conversation),
  }))
}

/**
 * While the pointer or the focus is in the list, rows keep their places: what went away to another
 * tab stays, what is new comes last.
 *
 * @param {readonly Section[]} shown
 * @param {readonly Section[]} fresh
 * @param {(id: string) => boolean} isKnown
 * @returns {{sections: Section[], hasMoved: boolean}}
 */
export function hold(shown, fresh, isKnown) {
  const kept = shown.filter(section => section.key !== 'fresh')
    .map(section => ({ ...section, ids: section.ids.filter(isKnown) })).filter(section => section.ids.length > 0)
  const there = new Set(kept.flatMap(section => section.ids))
  const added = fresh.flatMap(section => section.ids).filter(id => !there.has(id))
  /** @type {Section[]} */
  const sections = added.length > 0 ? [...kept, { key: 'fresh', ids: added }] : kept
  return { sections, hasMoved: flat(sections) !== flat(fresh) }
}

/** @param {readonly Section[]} sections */
const flat = sections => sections.filter(one => one.ids.length > 0).map(one => `${one.key}:${one.ids.join(',')}`).join(';')

const LETTERS = new Map(Object.entries({ ı: 'i', ş: 's', ç: 'c', ğ: 'g', ö: 'o', ü: 'u', â: 'a', î: 'i', û: 'u' }))

/** Fold for searching: İ, I, ı and i are one letter. @param {string} text */
export function fold(text) {
  return text.replace(/[İI]/g, 'i').toLowerCase().normalize('NFC')
    .replace(/[ışçğöüâîû]/g, letter => LETTERS.get(letter) ?? letter).replace(/[\u0307'’]/g, '').trim()
}

/** @param {AgentConversation} one @param {string} wanted folded */
function matches(one, wanted) {
  if (wanted === '') return true
  const said = [one.visitor_name, one.preview, one.site_name, one.team_name, one.holder_name ?? '', ...Object.values(one.details)]
  return fold(said.join(' ')).includes(wanted)
}
