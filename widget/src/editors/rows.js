// Choosing many rows: how many are chosen, all at once; the publish page's choice is worked out anew.

export function chooseMany() {
  const form = document.getElementById('bulk')
  if (!(form instanceof HTMLFormElement)) return
  const boxes = /** @type {HTMLInputElement[]} */ ([...form.querySelectorAll('input[name=key]')])
  const all = form.querySelector('input[data-all]')
  const said = form.querySelector('[data-chosen]')
  const tell = () => {
    const chosen = boxes.filter(box => box.checked).length
    if (said instanceof HTMLElement) {
      said.hidden = chosen === 0
      const number = said.querySelector('b')
      if (number) number.textContent = String(chosen)
    }
    form.classList.toggle('chosen', chosen > 0)
    if (all instanceof HTMLInputElement) all.indeterminate = chosen > 0 && chosen < boxes.length
  }
  form.addEventListener('change', event => {
    if (event.target === all && all instanceof HTMLInputElement) boxes.forEach(box => { box.checked = all.checked })
    tell()
  })
  tell()
}
