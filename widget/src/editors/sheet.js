// Rows of a form put in, taken out and moved without asking the server, from the templates that the
// page brings; what was written is not lost by leaving. Without script the same buttons ask the server.

const NAMED = ['name', 'id', 'for', 'value', 'data-rows', 'data-row', 'aria-describedby']
let count = 1000

/**
 * Writes a number where a template has its mark, in templates inside it too.
 *
 * @param {ParentNode} root
 * @param {string} mark
 * @param {string} number
 */
function write(root, mark, number) {
  for (const element of root.querySelectorAll('*')) {
    for (const name of NAMED) {
      const value = element.getAttribute(name)
      if (value?.includes(mark)) element.setAttribute(name, value.replaceAll(mark, number))
    }
    if (element instanceof HTMLTemplateElement) write(element.content, mark, number)
  }
}

/** @param {Element | null} row */
function focusIn(row) {
  const field = row?.querySelector('input:not([type=hidden]), textarea, select') ?? row?.querySelector('button')
  if (field instanceof HTMLElement) field.focus()
}

/**
 * @param {HTMLFormElement} form
 * @param {string} group
 */
function add(form, group) {
  const chooser = form.elements.namedItem(`add:${group}`)
  const kind = chooser instanceof HTMLSelectElement ? chooser.value : group.includes('.') ? group.slice(group.lastIndexOf('.') + 1) : 'row'
  const template = form.querySelector(`template[data-row="${CSS.escape(`${group}.${kind}`)}"]`)
  const list = form.querySelector(`[data-rows="${CSS.escape(group)}"]`)
  if (!(template instanceof HTMLTemplateElement) || list === null) return false
  const fresh = document.importNode(template.content, true)
  write(fresh, template.dataset.mark ?? '#', String(count++))
  list.append(fresh)
  list.lastElementChild?.scrollIntoView({ block: 'nearest' })
  focusIn(list.lastElementChild)
  return true
}

/**
 * @param {HTMLButtonElement} button
 * @param {string} verb
 */
function move(button, verb) {
  const row = button.closest('[data-item]')
  if (row === null) return false
  const other = verb === 'up' ? row.previousElementSibling : row.nextElementSibling
  if (verb === 'drop') {
    const next = row.nextElementSibling ?? row.previousElementSibling ?? row.parentElement?.nextElementSibling ?? null
    row.remove()
    focusIn(next)
  } else if (other !== null) {
    if (verb === 'up') other.before(row)
    else other.after(row)
    button.focus()
  }
  return true
}

/** @param {HTMLFormElement} form */
export function keepSheet(form) {
  let dirty = form.querySelector('[aria-invalid]') !== null
  form.addEventListener('click', event => {
    const button = event.target instanceof Element ? event.target.closest('button[name=row]') : null
    if (!(button instanceof HTMLButtonElement)) return
    const [verb = '', name = ''] = [button.value.slice(0, button.value.indexOf(':')), button.value.slice(button.value.indexOf(':') + 1)]
    if (verb === 'add' ? add(form, name) : move(button, verb)) {
      event.preventDefault()
      dirty = true
    }
  })
  form.addEventListener('input', () => { dirty = true })
  form.addEventListener('change', event => {
    const list = event.target instanceof Element ? event.target.closest('[data-growing]') : null
    const last = list?.querySelector('select:last-of-type')
    if (list && last instanceof HTMLSelectElement && last.value) {
      const more = /** @type {HTMLSelectElement} */ (last.cloneNode(true))
      more.value = ''
      last.after(more)
    }
  })
  form.addEventListener('submit', () => { dirty = false })
  addEventListener('beforeunload', event => { if (dirty) event.preventDefault() })
}
