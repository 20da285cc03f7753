// A file is tried first, then kept: the very bytes that were tried, by their digest.

/** @param {HTMLElement} place */
export function importFile(place) {
  const input = /** @type {HTMLInputElement | null} */ (place.querySelector('input[type=file]'))
  const dry = /** @type {HTMLButtonElement | null} */ (place.querySelector('[data-dry]'))
  const keep = /** @type {HTMLButtonElement | null} */ (place.querySelector('[data-keep]'))
  const said = place.querySelector('[data-said]')
  const faults = place.querySelector('[data-faults]')
  const keys = place.querySelector('[data-keys]')
  if (!input || !dry || !keep || !said || !faults || !keys) return
  let digest = ''

  /** @param {Element} list @param {string[]} lines */
  const fill = (list, lines) => list.replaceChildren(...lines.map(text => {
    const item = document.createElement('li')
    item.textContent = text
    return item
  }))

  /** @param {string} query */
  const send = async query => {
    const file = input.files?.[0]
    if (!file) return
    dry.disabled = keep.disabled = true
    said.textContent = `${place.dataset.working ?? ''} 0`
    try {
      const response = await fetch(`/editor/exchange${query}`, { method: 'POST', headers: { 'Content-Type': 'application/octet-stream' }, body: file })
      if (!response.ok || response.body === null) throw new Error(String(response.status))
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
      let rest = ''
      for (;;) {
        const { value, done } = await reader.read()
        rest += value ?? ''
        const lines = rest.split('\n')
        rest = lines.pop() ?? ''
        for (const line of lines) take(JSON.parse(line))
        if (done) break
      }
    } catch {
      said.textContent = place.dataset.failed ?? ''
    }
    dry.disabled = false
  }

  /** @param {any} line */
  const take = line => {
    if (!line.done) { said.textContent = `${place.dataset.working ?? ''} ${line.rows}`; return }
    said.textContent = `${line.said} (${line.read_as})`
    fill(faults, line.faults)
    fill(keys, [...line.added.map((/** @type {string} */ key) => `+ ${key}`), ...line.changed.map((/** @type {string} */ key) => `~ ${key}`)])
    digest = line.digest
    if (!keep) return
    keep.disabled = line.kept || line.count.added + line.count.changed === 0
  }

  input.addEventListener('change', () => { dry.disabled = !input.files?.length; keep.disabled = true })
  dry.addEventListener('click', () => send(''))
  keep.addEventListener('click', () => send(`?keep=${digest}`))
}
