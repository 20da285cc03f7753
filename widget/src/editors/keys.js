// Single keys outside fields: j and k through rows, one letter for what carries data-key, Shift and an
// arrow to move a row up or down. No Alt and no
// Ctrl with letters: on a Turkish keyboard these write characters.

/** @param {EventTarget | null} target */
function writes(target) {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches('input:not([type=checkbox]):not([type=radio]), textarea, select'))
}

/** @param {number} step */
function moveRow(step) {
  const rows = /** @type {HTMLElement[]} */ ([...document.querySelectorAll('[data-row]')])
  if (rows.length === 0) return
  const now = rows.findIndex(row => row.contains(document.activeElement))
  const next = rows[Math.max(0, Math.min(rows.length - 1, now < 0 ? 0 : now + step))]
  const link = next?.querySelector('a[href], button, input, select')
  if (link instanceof HTMLElement) link.focus()
  next?.scrollIntoView({ block: 'nearest' })
}

export function listenToKeys() {
  document.addEventListener('keydown', event => {
    if (event.isComposing || event.altKey) return
    const target = event.target
    if (target instanceof HTMLTextAreaElement && target.hasAttribute('data-submits') && event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault()
      const button = document.querySelector(`button[data-${target.dataset.with ?? 'none'}]`)
      target.form?.requestSubmit(button instanceof HTMLButtonElement ? button : undefined)
      return
    }
    if (event.ctrlKey || event.metaKey || writes(target)) return
    if (event.shiftKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
      const row = target instanceof Element ? target.closest('[data-row]') : null
      const button = row?.querySelector(`[data-move=${event.key === 'ArrowUp' ? 'up' : 'down'}]`)
      if (!(button instanceof HTMLButtonElement)) return
      event.preventDefault()
      button.click()
    } else if (event.key === 'j') moveRow(1)
    else if (event.key === 'k') moveRow(-1)
    else {
      const found = document.querySelector(`[data-key="${CSS.escape(event.key.toLocaleLowerCase('en'))}"]`)
      if (!(found instanceof HTMLElement)) return
      event.preventDefault()
      if (writes(found)) found.focus()
      else found.click()
    }
  })
}
