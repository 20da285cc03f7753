// Carries out what a key or the palette asks for.

import { TABS } from './queue.js'
import { withKey } from './model.js'
import { isMine } from './store.js'
import { commandOf } from './keys.js'

/** @typedef {import('./keys.js').Command} Command */
/** @typedef {import('./views/html.js').App} App */

const PANES = ['queue', 'talk', 'thread', 'composer', 'context']

/** @param {string} id */
function focus(id) {
  // Views draw first, then the field is there.
  requestAnimationFrame(() => requestAnimationFrame(() => document.getElementById(id)?.focus()))
}

/** The rows as they stand on the screen. */
function rows() {
  return [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-row]'))]
}

/** @param {Omit<App, 'run'>} app @returns {(command: Command) => void} */
export function makeCommands(app) {
  const { model, actions } = app
  const current = () => model.current.value
  const mine = () => {
    const one = current()
    return one !== null && isMine(model.state.value, one) ? one : null
  }
  /** @param {number} step */
  const move = step => {
    const all = rows()
    const at = all.findIndex(row => row === document.activeElement)
    const from = at >= 0 ? at : all.findIndex(row => row.dataset.row === model.selected.value)
    const next = all[from < 0 ? 0 : Math.min(all.length - 1, Math.max(0, from + step))]
    next?.focus()
    next?.scrollIntoView({ block: 'nearest' })
  }
  /** @param {import('./drafts.js').Mode} mode */
  const write = mode => {
    const one = current()
    if (one === null) return
    model.pane.value = 'talk'
    model.modes.value = withKey(model.modes.value, one.conversation, mode)
    focus('composer')
  }
  /** @param {number} step */
  const pane = step => {
    const there = PANES.map(id => document.getElementById(id)).filter(box => box !== null && box.offsetParent !== null)
    const at = there.findLastIndex(box => box?.contains(document.activeElement))
    there[(at + step + there.length) % there.length]?.focus()
  }
  const firstOffer = () => [...model.state.value.offers.values()]
    .filter(offer => offer.expires_ms > model.now.value).sort((a, b) => a.expires_ms - b.expires_ms)[0]
  /** @type {Record<Command, () => void>} */
  const commands = {
    palette: () => { model.dialog.value = 'palette' },
    help: () => { model.dialog.value = 'help' },
    'pane-next': () => pane(1),
    'pane-back': () => pane(-1),
    escape: () => {
      if (model.statusMenu.value) model.statusMenu.value = false
      else if (model.drawer.value) model.drawer.value = false
      else if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
    },
    down: () => move(1),
    up: () => move(-1),
    reply: () => write('reply'),
    note: () => write('note'),
    take: () => {
      const one = current()
      if (one === null || (one.status !== 'waiting' && one.status !== 'bot')) return
      void actions.take(one.conversation).then(done => { if (done) focus('composer') })
    },
    transfer: () => { if (mine()) model.dialog.value = 'transfer' },
    resolve: () => {
      const one = mine()
      if (one) actions.resolve(one)
    },
    accept: () => {
      const offer = firstOffer()
      if (offer) void actions.accept(offer.conversation).then(done => { if (done) focus('composer') })
    },
    decline: () => {
      const offer = firstOffer()
      if (offer) void actions.decline(offer.conversation)
    },
    search: () => {
      model.pane.value = 'queue'
      focus('search')
    },
    undo: () => model.toast.value?.undo?.(),
    bot: () => { /** @type {HTMLElement | null} */ (document.querySelector('[aria-controls=botlog]'))?.click() },
    context: () => {
      model.drawer.value = !model.drawer.value
      focus('context')
    },
    status: () => { model.statusMenu.value = !model.statusMenu.value },
    'tab-1': () => { model.tab.value = TABS[0] },
    'tab-2': () => { model.tab.value = TABS[1] },
    'tab-3': () => { model.tab.value = TABS[2] },
    'tab-4': () => { model.tab.value = TABS[3] },
  }
  return command => commands[command]()
}

/** Listen to the keyboard. @param {App} app */
export function listenToKeys(app) {
  document.addEventListener('keydown', event => {
    const target = /** @type {HTMLElement} */ (event.target)
    const inField = target.matches?.('input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]') ?? false
    const inDialog = app.model.dialog.value !== null
    const command = commandOf(event, { inField, inDialog, singles: app.prefs.singles.value })
    if (command === null || event.defaultPrevented) return
    if (command !== 'escape') event.preventDefault()
    app.run(command)
  })
}
