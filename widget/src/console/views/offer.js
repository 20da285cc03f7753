// A conversation offered to this agent: in the queue, never over the composer, and it never takes
// the focus.

import { useEffect, useRef } from 'preact/hooks'
import { conversationOf } from '../store.js'
import { reasonWords, visitorName } from '../wording.js'
import { html, useApp } from './html.js'
import { Timer } from './parts.js'

const ROUND = 2 * Math.PI * 15.5

/** Every live offer, the one that ends first on top. */
export function Offers() {
  const { model } = useApp()
  const { offers } = model.state.value
  const live = [...offers.values()].filter(offer => offer.expires_ms > model.now.value).sort((a, b) => a.expires_ms - b.expires_ms)
  return html`<div class="offers">${live.map(offer => html`<${Offer} key=${offer.conversation} offer=${offer} />`)}</div>`
}

/** @param {{offer: import('../types.js').OfferView}} props */
function Offer({ offer }) {
  const { model, actions, language, t } = useApp()
  const conversation = conversationOf(model.state.value, offer.conversation)
  const total = Math.max(1, offer.expires_ms - offer.made_ms)
  const left = Math.max(0, offer.expires_ms - model.now.value)
  // The screen's clock goes by whole seconds and may lag behind the offer.
  const seconds = Math.ceil(Math.min(left, total) / 1000)
  const ring = useRef(/** @type {SVGCircleElement | null} */ (null))
  useEffect(() => {
    ring.current?.setAttribute('stroke-dasharray', `${(ROUND * left / total).toFixed(1)} ${ROUND.toFixed(1)}`)
  }, [seconds])
  if (conversation === null) return null
  const id = `offer-${offer.conversation}`
  const name = visitorName(t, conversation)
  return html`<section class="offer" role="alertdialog" aria-modal="false" aria-labelledby=${`${id}-title`} aria-describedby=${`${id}-said`}>
    <h2 class="vh" id=${`${id}-title`}>${t('console.request.title', { visitor: name })}</h2>
    <div class="row">
      <svg class="ring" viewBox="0 0 36 36" role="img" aria-label=${t('console.request.left', { count: seconds })}>
        <circle cx="18" cy="18" r="15.5" /><circle ref=${ring} class="left" cx="18" cy="18" r="15.5" transform="rotate(-90 18 18)" />
        <text x="18" y="22.5" aria-hidden="true">${seconds}</text>
      </svg>
      <div class="full sp cut">
        <div class="row"><span class="b cut">${name}</span><span class="sp"></span><${Timer} conversation=${conversation} /></div>
        <p class="t2 t12 cut" id=${`${id}-said`} dir="auto">${conversation.preview}</p>
      </div>
    </div>
    <div class="row full about t12 t3"><span class="lang">${conversation.language.toLocaleUpperCase(language)}</span>
      <span class="cut">${conversation.team_name}</span>
      ${conversation.handoff_reason ? html`<span class="cut">· ${reasonWords(t, conversation.handoff_reason)}</span>` : null}</div>
    <div class="acts">
      <button type="button" class="btn pri" onClick=${() => { void actions.accept(offer.conversation) }}>${t('console.request.accept')} <kbd class="full" aria-hidden="true">Y</kbd></button>
      <button type="button" class="btn soft" onClick=${() => { void actions.decline(offer.conversation) }}>${t('console.request.decline')} <kbd class="full" aria-hidden="true">G</kbd></button>
    </div>
  </section>`
}
