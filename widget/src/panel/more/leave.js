// Leaving before somebody answers: the address that the answer goes to, and what happens then.

import { whenBack } from '../frame.js'

/** Refusals that have words of their own. */
const WHYS = new Map(Object.entries({ bad_request: 'wrong', forbidden: 'bound', rate_limited: 'many', not_available: 'gone' }))

/** @param {import('./make.js').Kit} kit */
export function makeLeave({ desk, html, Icon, hooks: { useEffect, useRef, useState }, say }) {
  const { chat, state, frame, close } = desk

  /** @param {{shut: () => void}} props */
  return function Leave({ shut }) {
    const { conversation, view, people } = state.value
    const to = view?.answers_to ?? ''
    const [asks, setAsks] = useState(to === '')
    const [email, setEmail] = useState('')
    const [busy, setBusy] = useState(false)
    const [trouble, setTrouble] = useState('')
    const box = useRef(/** @type {HTMLElement | null} */ (null))
    // Who pressed is taken along; who came back to it is not disturbed.
    const pressed = useRef(to === '')

    useEffect(() => {
      if (!pressed.current) return
      const first = /** @type {HTMLElement | null | undefined} */ (box.current?.querySelector(asks ? 'input' : 'h2'))
      first?.focus({ preventScroll: true })
    }, [asks])
    // It grows by its style sheet, by what is wrong, by an address.
    useEffect(() => {
      const fit = new ResizeObserver(() => { if (pressed.current) box.current?.scrollIntoView({ block: 'end' }) })
      if (box.current) fit.observe(box.current)
      return () => fit.disconnect()
    }, [asks])
    useEffect(() => {
      if (asks) void chat.ask('answers_get', { conversation }).then(known => {
        if (!known.ok) return
        setEmail(typed => typed || known.email)
        if (!known.may) setTrouble('more.leave.bound')
      }, () => {})
    }, [asks])

    const ask = async (/** @type {string} */ event, /** @type {Record<string, string>} */ more) => {
      setBusy(true)
      setTrouble('')
      pressed.current = true
      const answer = await chat.ask(event, { conversation, ...more }).catch(() => ({ ok: false, code: '' }))
      setBusy(false)
      if (!answer.ok) setTrouble(`more.leave.${WHYS.get(answer.code) ?? 'failed'}`)
      return answer.ok
    }
    const send = async (/** @type {Event} */ event) => {
      event.preventDefault()
      if (!busy && await ask('answers_mail', { email: email.trim() })) setAsks(false)
    }
    const stop = async () => { if (!busy && await ask('answers_stop', {})) shut() }
    const change = () => { pressed.current = true; setAsks(true) }
    const alert = trouble && html`<p class="wrong" id="leave-wrong" role="alert"><${Icon} name="alert" small />${say(trouble)}</p>`
    // Who waits in the queue has read it just above.
    const back = people?.state === 'away' && view?.status === 'open' ? whenBack(frame, people) : ''

    if (!asks) {
      return html`<section class="card in leave" ref=${box} aria-live="off" aria-labelledby="leave-on">
        <h2 id="leave-on" tabindex="-1"><${Icon} name="mail" lead /><span>${say('more.leave.on', { to })}</span></h2>
        <p>${back} ${say('more.leave.on_text')}</p>${alert}
        ${!frame.hosted && html`<button class="btn main wide" type="button" onClick=${close}>${say('more.leave.close')}</button>`}
        <div class="acts"><button class="btn plain small" type="button" onClick=${change}>${say('more.leave.change')}</button>
          <button class="btn plain small" type="button" onClick=${stop}>${say('more.leave.stop')}</button></div></section>`
    }
    const wrong = trouble === 'more.leave.wrong'
    return html`<section class="card in leave" ref=${box} aria-live="off" aria-labelledby="leave-ask"><form class="ask" noValidate onSubmit=${send}>
      <h2 id="leave-ask"><${Icon} name="mail" lead /><span>${say('more.leave.title')}</span></h2>
      <p id="leave-next">${back || (view?.status === 'waiting' ? say('more.leave.place') : '')} ${say('more.leave.next')}</p>
      <label class="field">${say('more.leave.email')}<input type="email" inputmode="email" autocomplete="email" maxlength="254" dir="ltr" value=${email}
        aria-invalid=${wrong ? 'true' : null} aria-describedby=${wrong ? 'leave-wrong' : 'leave-next'}
        onInput=${(/** @type {any} */ event) => setEmail(event.target.value)} /></label>${alert}
      <p class="fine">${say('more.leave.use')} ${frame.site.privacy_url && html`<a href=${frame.site.privacy_url} target="_blank" rel="noopener noreferrer">${say('more.leave.privacy')}</a>`}</p>
      <button class="btn main wide" type="submit" aria-busy=${busy ? 'true' : null}>${say('more.leave.send')}</button>
      <button class="btn plain small" type="button" onClick=${() => to === '' ? shut() : setAsks(false)}>${say(to === '' ? 'more.leave.wait' : 'action.cancel')}</button></form></section>`
  }
}
