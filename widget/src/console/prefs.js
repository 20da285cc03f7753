// What an agent prefers in this browser: theme, sound, single keys. Kept in localStorage, memory else.

import { signal } from '@preact/signals'

/** @typedef {'auto' | 'light' | 'dark'} Theme */

/** @param {import('../core/stores.js').TextStore} store */
export function makePrefs(store) {
  /** @type {Record<string, unknown>} */
  let kept = {}
  try {
    kept = JSON.parse(store.read() ?? '{}') ?? {}
  } catch {
    // Not ours; begin anew.
  }
  const theme = kept.theme === 'light' || kept.theme === 'dark' ? kept.theme : 'auto'
  const prefs = {
    theme: signal(/** @type {Theme} */ (theme)),
    sound: signal(kept.sound !== false),
    notify: signal(kept.notify === true),
    singles: signal(kept.singles !== false),
  }
  return {
    ...prefs,
    /** Write down what is set now. */
    save() {
      const { theme, sound, notify, singles } = prefs
      store.write(JSON.stringify({ theme: theme.value, sound: sound.value, notify: notify.value, singles: singles.value }))
    },
  }
}

/** @typedef {ReturnType<typeof makePrefs>} Prefs */

/** Put the theme on the page; auto follows the system. @param {HTMLElement} root @param {Theme} theme */
export function applyTheme(root, theme) {
  if (theme === 'auto') root.removeAttribute('data-theme')
  else root.setAttribute('data-theme', theme)
}
