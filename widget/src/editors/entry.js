// Keeps an entry as it is written: a second after the last key, one save at a time. Somebody else's
// save is never written over: from then on nothing is kept until the editor has looked.

/** @typedef {{show: (nodes: any) => void}} Preview */

const PAUSE_MS = 1000

/**
 * @param {HTMLFormElement} form
 * @param {Preview} preview
 */
export function keepEntry(form, preview) {
  const version = /** @type {HTMLInputElement} */ (form.elements.namedItem('version'))
  const said = document.querySelector('[data-saved]')
  const phase = document.querySelector('[data-phase]')
  const clash = /** @type {HTMLElement | null} */ (form.querySelector('[data-clash]'))
  let timer = 0
  let saving = false
  let again = false
  let stopped = false
  let dirty = false

  /** @param {any} answer */
  const show = answer => {
    if (said) said.textContent = answer.said
    preview.show(answer.nodes)
    for (const field of form.querySelectorAll('[name]')) {
      const wrong = answer.problems[field.getAttribute('name') ?? '']
      const id = `err-${field.getAttribute('name')}`
      document.getElementById(id)?.remove()
      field.toggleAttribute('aria-invalid', false)
      if (!wrong) continue
      field.setAttribute('aria-invalid', 'true')
      const line = document.createElement('p')
      line.className = 'err'
      line.id = id
      line.textContent = wrong
      field.closest('.fld')?.append(line)
    }
    if (clash) {
      clash.hidden = !answer.clashed
      clash.textContent = answer.clashed
    }
    if (answer.clashed) { stopped = true; return }
    if (!answer.ok) return
    version.value = String(answer.version)
    if (phase) {
      phase.textContent = answer.phase_text
      phase.className = `phase ${answer.phase}`
    }
    for (const side of form.querySelectorAll('[data-language]')) {
      const language = side instanceof HTMLElement ? side.dataset.language : ''
      const list = side.querySelector('[data-warnings]')
      list?.replaceChildren(...answer.warnings.filter((/** @type {any} */ one) => one.language === language).map((/** @type {any} */ one) => {
        const item = document.createElement('li')
        item.textContent = one.text
        return item
      }))
      const count = side.querySelector('[data-count]')
      const field = side.querySelector('textarea')
      if (count && field) count.textContent = String(field.value.split('\n').filter(line => line.trim()).length)
      const chip = side.querySelector('[data-translation]')
      if (chip instanceof HTMLElement && answer.translations[language ?? ''] === 'ok') chip.hidden = true
    }
  }

  const save = async () => {
    if (stopped) return
    if (saving) { again = true; return }
    saving = true
    dirty = false
    try {
      const response = await fetch(form.action, {
        method: 'POST',
        headers: { Accept: 'application/json' },
        body: new URLSearchParams(/** @type {any} */ (new FormData(form))),
      })
      if (response.status !== 200 && response.status !== 409) throw new Error(String(response.status))
      show(await response.json())
    } catch {
      dirty = true
      timer = window.setTimeout(save, 5 * PAUSE_MS)
    } finally {
      saving = false
      if (again) { again = false; void save() }
    }
  }

  form.addEventListener('input', () => {
    dirty = true
    clearTimeout(timer)
    timer = window.setTimeout(save, PAUSE_MS)
  })
  form.addEventListener('submit', () => { dirty = false; clearTimeout(timer) })
  addEventListener('beforeunload', event => { if (dirty && !stopped) event.preventDefault() })
  document.addEventListener('click', event => {
    const link = event.target instanceof Element ? event.target.closest('a[href^="/editor"]') : null
    if (!(link instanceof HTMLAnchorElement) || !dirty || stopped || event.defaultPrevented) return
    // What was just written goes along: the next page counts with it.
    event.preventDefault()
    clearTimeout(timer)
    void save().then(() => { location.href = link.href })
  })
}
