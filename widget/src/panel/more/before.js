// Before the first message, where a site asks for something: information that needs no agreement, a
// consent that is never needed, and the fields.

/** How each kind is best filled in. @type {Record<string, Record<string, string>>} */
const KINDS = {
  email: { type: 'email', autocomplete: 'email', autocapitalize: 'none', spellcheck: 'false' },
  phone: { type: 'tel', autocomplete: 'tel' },
  order: { autocomplete: 'off', autocapitalize: 'characters', spellcheck: 'false' },
}

/** @param {import('./make.js').Kit} kit */
export function makeBefore({ desk, html, Icon, Minimise, hooks: { useState }, say }) {
  const { chat, frame } = desk
  const { fields, privacy, consent } = frame.widget
  const { phone, email } = frame.site.contact ?? {}

  return function Before() {
    const [said, setSaid] = useState(/** @type {Record<string, string>} */ ({}))
    const [agreed, setAgreed] = useState(false)
    const [wrong, setWrong] = useState('')
    const [busy, setBusy] = useState(false)
    const set = (/** @type {string} */ key, /** @type {string} */ value) => setSaid({ ...said, [key]: value })

    const point = (/** @type {string} */ key) => {
      setWrong(key)
      setTimeout(() => document.getElementById(`before-${key}`)?.focus())
    }
    const go = async (/** @type {Event} */ event) => {
      event.preventDefault()
      const missing = fields.find(({ key, required }) => required && !said[key]?.trim())
      if (missing) return point(missing.key)
      setBusy(true)
      setWrong('')
      try {
        const details = Object.fromEntries(Object.entries(said).filter(([, value]) => value.trim() !== ''))
        if (fields.length > 0) {
          const answer = await chat.ask('details_give', { details })
          if (!answer.ok) return /^field:/.test(answer.message) ? point(answer.message.slice(6)) : setWrong('*')
        }
        if (agreed) await chat.ask('consent_set', { given: true, version: consent.version })
        desk.pass()
      } catch {
        setWrong('*')
      } finally {
        setBusy(false)
      }
    }
    return html`<header class="bar"><button class="tool" type="button" aria-label=${say('widget.header.back')} onClick=${() => { desk.screen.value = 'home' }}><${Icon} name="back" /></button>
        <div class="who"><h1 tabindex="-1">${say('more.before.title')}</h1></div><${Minimise} /></header>
      <form class="before" novalidate onSubmit=${go}><main class="scroll">
        ${privacy.text && html`<section><h2>${say('more.before.what')}</h2><p class="fine">${say('more.before.info')}</p>
          <div class="card in legal" dir="auto">${privacy.text.split(/\n{2,}/).map(part => html`<p>${part}</p>`)}
            ${frame.site.privacy_url && html`<p><a href=${frame.site.privacy_url} target="_blank" rel="noopener noreferrer">${say('more.before.full')}<span class="hush"> (${say('widget.link.new_tab')})</span></a></p>`}</div></section>`}
        ${fields.map(field => {
          const { key, kind, label, required, choices } = field
          const id = `before-${key}`
          const bad = wrong === key
          const common = { id, 'aria-invalid': bad ? 'true' : undefined, 'aria-describedby': bad ? `${id}-wrong` : undefined, 'aria-required': required ? 'true' : undefined }
          const note = bad && html`<p class="wrong" id=${`${id}-wrong`} role="alert"><${Icon} name="alert" small />${say(said[key]?.trim() ? 'more.before.wrong' : 'more.before.required')}</p>`
          if (kind === 'checkbox') return html`<div class="field" key=${key}><label class="check"><input ...${common} type="checkbox" checked=${said[key] === 'yes'} onChange=${(/** @type {any} */ event) => set(key, event.target.checked ? 'yes' : '')} /><span>${label}</span></label>${note}</div>`
          return html`<div class="field" key=${key}><label for=${id}>${label}${required ? '' : html` <span class="fine">(${say('more.rating.optional')})</span>`}</label>
            ${kind === 'choice'
              ? html`<select ...${common} value=${said[key] ?? ''} onChange=${(/** @type {any} */ event) => set(key, event.target.value)}><option value=""></option>${choices.map(choice => html`<option value=${choice}>${choice}</option>`)}</select>`
              : html`<input type="text" maxlength="300" dir="auto" ...${common} ...${KINDS[kind] ?? (key === 'name' ? { autocomplete: 'name' } : {})} value=${said[key] ?? ''} onInput=${(/** @type {any} */ event) => set(key, event.target.value)} />`}${note}</div>`
        })}
        ${consent.text && html`<section class="card in"><label class="check"><input type="checkbox" checked=${agreed} aria-describedby="consent-note" onChange=${(/** @type {any} */ event) => setAgreed(event.target.checked)} /><span dir="auto">${consent.text}</span></label>
          <p class="fine" id="consent-note">${say('more.before.optional')}</p></section>`}
        ${(phone || email) && html`<p class="fine">${say('more.before.other')}: ${phone && html`<a href=${`tel:${phone.replace(/[^+\d]/g, '')}`}>${phone}</a>`}${phone && email && ' · '}${email && html`<a href=${`mailto:${email}`}>${email}</a>`}</p>`}
        ${wrong === '*' && html`<p class="wrong" role="alert"><${Icon} name="alert" small />${say('more.before.failed')}</p>`}
      </main><footer class="foot"><button class="btn main wide" type="submit" aria-disabled=${busy ? 'true' : undefined}>${say('more.before.go')}</button></footer></form>`
  }
}
