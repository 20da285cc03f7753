// Which key means what. Pure. No Alt, AltGr or Ctrl+Alt: Turkish Q types @ # € with them; and no
// combination that the browser owns.

/**
 * @typedef {{key: string, ctrlKey: boolean, metaKey: boolean, altKey: boolean, shiftKey: boolean,
 *   isComposing?: boolean}} Press
 * @typedef {'palette' | 'pane-next' | 'pane-back' | 'escape' | 'down' | 'up' | 'reply' | 'note' | 'take' |
 *   'transfer' | 'resolve' | 'accept' | 'decline' | 'help' | 'search' | 'undo' | 'bot' | 'context' |
 *   'status' | 'tab-1' | 'tab-2' | 'tab-3' | 'tab-4'} Command
 */

/** @type {ReadonlyMap<string, Command>} */
const SINGLE = new Map(/** @type {[string, Command][]} */ ([
  ['j', 'down'], ['k', 'up'], ['r', 'reply'], ['n', 'note'], ['a', 'take'], ['t', 'transfer'],
  ['e', 'resolve'], ['y', 'accept'], ['g', 'decline'], ['?', 'help'], ['/', 'search'], ['u', 'undo'],
  ['b', 'bot'], ['i', 'context'], ['ı', 'context'], ['s', 'status'],
  ['1', 'tab-1'], ['2', 'tab-2'], ['3', 'tab-3'], ['4', 'tab-4'],
]))

/**
 * The command of a key press, or null when it belongs to the field, the dialog or the browser.
 *
 * @param {Press} press
 * @param {{inField: boolean, inDialog: boolean, singles: boolean}} where singles: whether single keys are on
 * @returns {Command | null}
 */
export function commandOf(press, { inField, inDialog, singles }) {
  if (press.altKey || press.isComposing) return null
  const isCommand = press.ctrlKey || press.metaKey
  if (inDialog) return null
  if (isCommand) return !press.shiftKey && press.key.toLowerCase() === 'k' ? 'palette' : null
  if (press.key === 'F6') return press.shiftKey ? 'pane-back' : 'pane-next'
  if (press.key === 'Escape') return 'escape'
  if (inField || !singles) return null
  return SINGLE.get(press.key.length === 1 ? press.key.toLowerCase() : press.key) ?? null
}

/**
 * Whether a press in the composer sends. A reply: Enter, or Ctrl/⌘+Enter. A note: only
 * Ctrl/⌘+Enter, so that the habit of Enter makes a line and never sends to the wrong side.
 *
 * @param {Press} press
 * @param {'reply' | 'note'} mode
 */
export function sends(press, mode) {
  if (press.key !== 'Enter' || press.isComposing || press.altKey || press.shiftKey) return false
  return press.ctrlKey || press.metaKey || mode === 'reply'
}
