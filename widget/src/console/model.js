// Everything the views read, as signals. Knows no socket: session.js writes, the views read.

import { computed, signal } from '@preact/signals'
import { NOTHING, conversationOf } from './store.js'

/** @typedef {import('./store.js').State} State */
/** @typedef {import('./queue.js').Tab} Tab */
/** @typedef {import('./drafts.js').Mode} Mode */
/** @typedef {import('../core/log.js').MessageLog} MessageLog */
/** @typedef {import('../core/outbox.js').Entry} Entry */
/** @typedef {'queue' | 'talk'} Pane */
/** @typedef {'transfer' | 'card' | 'help' | 'palette' | 'prefs' | null} DialogName */
/** @typedef {{text: string, isProblem?: boolean, undo?: () => void, untilMs?: number}} Toast */
/** @typedef {{name: string, kind: string, id: string | null, note: boolean, until: number}} Typer */
/** @typedef {{state: 'loading' | 'there' | 'missing', context: import('./types.js').Context | null}} ContextState */

/** @param {import('./types.js').ConsoleData} data */
export function makeModel(data) {
  const state = signal(/** @type {State} */ (NOTHING))
  const selected = signal(/** @type {string | null} */ (null))
  return {
    data,
    state,
    selected,
    /** Server time, each second. */
    now: signal(Date.now()),
    line: signal(/** @type {import('../core/connection.js').ConnectionState} */ ({ phase: 'connecting', retryAt: null, code: null })),
    /** Whether the line was ever there: before that, nothing is "lost". */
    wasReady: signal(false),
    /** How many replies went when the line came back; null hides the banner. */
    back: signal(/** @type {number | null} */ (null)),
    logs: signal(/** @type {ReadonlyMap<string, MessageLog>} */ (new Map())),
    /** Raised with every change inside a log or a draft, which are not signals themselves. */
    logTick: signal(0),
    draftTick: signal(0),
    entries: signal(/** @type {readonly Entry[]} */ ([])),
    typing: signal(/** @type {ReadonlyMap<string, ReadonlyMap<string, Typer>>} */ (new Map())),
    contexts: signal(/** @type {ReadonlyMap<string, ContextState>} */ (new Map())),
    limit: signal(4000),
    tab: signal(/** @type {Tab} */ ('mine')),
    query: signal(''),
    pane: signal(/** @type {Pane} */ ('queue')),
    drawer: signal(false),
    dialog: signal(/** @type {DialogName} */ (null)),
    statusMenu: signal(false),
    modes: signal(/** @type {ReadonlyMap<string, Mode>} */ (new Map())),
    /** Why a reply came back into the composer, by conversation. */
    refused: signal(/** @type {ReadonlyMap<string, string>} */ (new Map())),
    /** Conversations about to be resolved, and when. */
    leaving: signal(/** @type {ReadonlyMap<string, number>} */ (new Map())),
    /** Whether the bot's part is open, where the agent said so. */
    botOpen: signal(/** @type {ReadonlyMap<string, boolean>} */ (new Map())),
    /** Up to where an opened conversation was already seen, for the line "new". */
    freshAfter: signal(/** @type {ReadonlyMap<string, number>} */ (new Map())),
    toast: signal(/** @type {Toast | null} */ (null)),
    /** What a screen reader is told once. */
    announce: signal(''),
    alarm: signal(''),
    current: computed(() => conversationOf(state.value, selected.value)),
  }
}

/** @typedef {ReturnType<typeof makeModel>} Model */

/**
 * A copy of a map with one key set, or taken out when the value is undefined.
 *
 * @template V
 * @param {ReadonlyMap<string, V>} map
 * @param {string} key
 * @param {V | undefined} value
 * @returns {ReadonlyMap<string, V>}
 */
export function withKey(map, key, value) {
  const next = new Map(map)
  if (value === undefined) next.delete(key)
  else next.set(key, value)
  return next
}
