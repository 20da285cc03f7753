// Search as you type in the help centre. Without it the form searches with a page of its own.

import './help.css'

const form = document.querySelector('form[data-search]')
const found = document.querySelector('[data-found]')
if (form instanceof HTMLFormElement && found instanceof HTMLElement) {
  const field = /** @type {HTMLInputElement} */ (form.elements.namedItem('q'))
  const ask = document.querySelector('a[data-ask]')
  const plain = ask instanceof HTMLAnchorElement ? ask.href : ''
  let timer = 0
  let asked = ''

  const show = async () => {
    const text = field.value.trim()
    if (text === asked) return
    asked = text
    if (ask instanceof HTMLAnchorElement) {
      const url = new URL(plain)
      if (text) url.searchParams.set('ask', text)
      ask.href = url.href
    }
    if (!text) { found.replaceChildren(); return }
    const response = await fetch(`${form.dataset.search}?q=${encodeURIComponent(text)}`)
    if (!response.ok || text !== asked) return
    /** @type {{question: string, url: string}[]} */
    const hits = await response.json()
    if (text !== asked) return
    if (hits.length === 0) {
      const none = document.createElement('p')
      none.textContent = found.dataset.none ?? ''
      found.replaceChildren(none)
      return
    }
    const list = document.createElement('ul')
    list.className = 'list'
    list.append(...hits.map(hit => {
      const item = document.createElement('li')
      const link = document.createElement('a')
      link.href = hit.url
      link.textContent = hit.question
      item.append(link)
      return item
    }))
    found.replaceChildren(list)
  }
  field.addEventListener('input', () => { clearTimeout(timer); timer = window.setTimeout(() => { show().catch(() => {}) }, 120) })
}
