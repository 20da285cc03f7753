// After a conversation: one press rates it, more is optional; the transcript; the way on.

import { clientId } from '../../core/ids.js'

const STAR = 'm10 3 2.2 4.5 4.9.7-3.6 3.5.9 4.9L10 14.3l-4.4 2.3.9-4.9-3.6-3.5 4.9-.7Z'
const GOOD = ['solved', 'fast', 'kind', 'clear']
const BAD = ['unsolved', 'slow', 'unkind', 'unclear']

/** @param {import('./make.js').Kit} kit */
export function makeEnded({ desk, html, Icon, hooks: { useEffect, useRef, useState }, say }) {
  const { chat, state } = desk

  return function Ended() {
    const { conversation, view, messages } = state.value
    const given = view?.rating ?? 0
    const [score, setScore] = useState(given)
    const [reasons, setReasons] = useState(/** @type {string[]} */ ([]))
    const [words, setWords] = useState('')
    const [open, setOpen] = useState(given === 0)
    const [trouble, setTrouble] = useState(false)
    const first = useRef(/** @type {HTMLElement | null} */ (null))
    const again = useRef(/** @type {HTMLElement | null} */ (null))
    const answered = messages.some(({ author, kind }) => kind !== 'activity' && (author.kind === 'agent' || author.kind === 'bot'))
    useEffect(() => { if (given > 0 && score === 0) { setScore(given); setOpen(false) } }, [given])

    const submit = async (/** @type {number} */ stars, /** @type {string[]} */ why, /** @type {string} */ text) => {
      setTrouble(false)
      const answer = await chat.ask('csat_submit', { conversation, client_id: clientId(), score: stars, reasons: why, text }).catch(() => ({ ok: false }))
      if (!answer.ok) return setTrouble(true)
      desk.announce('rating', { score: stars })
      if (text !== '' || why.length > 0) setOpen(false)
    }
    const press = (/** @type {number} */ stars) => {
      setScore(stars)
      setReasons([])
      void submit(stars, [], '')
    }
    const pick = (/** @type {string} */ reason) => setReasons(reasons.includes(reason) ? reasons.filter(one => one !== reason) : [...reasons, reason])
    const change = () => { setOpen(true); setTimeout(() => first.current?.focus()) }

    if (!answered) return null
    if (!open && score > 0) {
      return html`<div class="card row rated" role="status"><${Icon} name="tick" lead />
        <span>${say('more.rating.yours', { score, word: say(`more.rating.${score}`) })}<small>${say('more.rating.thanks')}</small></span>
        <button ref=${again} class="btn plain small" type="button" onClick=${change}>${say('more.rating.change')}</button></div>`
    }
    return html`<section class="card rate" aria-labelledby="rate-ask">
      <h2 id="rate-ask">${say('more.rating.ask')}</h2>
      <div class="stars" role="radiogroup" aria-live="off" aria-label=${say('more.rating.label')}>
        ${[1, 2, 3, 4, 5].map(stars => html`<label key=${stars}><input ref=${stars === 1 ? first : null} type="radio" name="score" class="hush" value=${stars} checked=${score === stars} onChange=${() => press(stars)} />
          <svg class=${`i${stars <= score ? ' full' : ''}`} viewBox="0 0 20 20" aria-hidden="true"><path d=${STAR} /></svg><span class="hush">${stars} · ${say(`more.rating.${stars}`)}</span></label>`)}
      </div>
      <p class="word" aria-hidden="true">${score > 0 ? `${score} · ${say(`more.rating.${score}`)}` : ''}</p>
      ${score > 0 && html`<form aria-live="off" onSubmit=${(/** @type {Event} */ event) => { event.preventDefault(); void submit(score, reasons, words.trim()).then(() => { setOpen(false); setTimeout(() => again.current?.focus()) }) }}>
        <fieldset><legend>${say('more.rating.why')} <span class="fine">(${say('more.rating.optional')})</span></legend>
          <div class="chips">${(score >= 4 ? GOOD : score <= 2 ? BAD : [...GOOD.slice(0, 2), ...BAD.slice(0, 2)]).map(reason => html`<button key=${reason} class="chip" type="button" aria-pressed=${reasons.includes(reason) ? 'true' : 'false'} onClick=${() => pick(reason)}>${say(`more.reason.${reason}`)}</button>`)}</div></fieldset>
        <label class="field">${say('more.rating.words')}<textarea rows="2" maxlength="1000" dir="auto" value=${words} onInput=${(/** @type {any} */ event) => setWords(event.target.value)}></textarea></label>
        <button class="btn main wide" type="submit">${say('more.rating.send')}</button>
      </form>`}
      ${trouble && html`<p class="wrong" role="alert"><${Icon} name="alert" small />${say('more.rating.failed')}</p>`}
    </section>`
  }
}
