// Cards of products and pages: as the visitor was shown them, and the dialog in which one is made.

import { useRef, useState } from 'preact/hooks'
import { clientId } from '../../core/ids.js'
import { money, pictureOf, wayTo } from '../../core/cards.js'
import { EMPTY, cardOf, draftFrom } from '../cards.js'
import { isMine } from '../store.js'
import { visitorName } from '../wording.js'
import { html, useApp } from './html.js'
import { Icon } from './icons.js'
import { Dialog, DialogHead } from './parts.js'

/** @typedef {import('../types.js').MessageView} MessageView */
/** @typedef {import('../cards.js').Draft} Draft */

const OUTSIDE = { target: '_blank', rel: 'noopener noreferrer nofollow' }
const STOCKS = ['unknown', 'in', 'few', 'out']

/** @param {{message: Extract<MessageView, {kind: 'product'}>}} props */
export function ProductCard({ message }) {
  const { t, language } = useApp()
  const { title, url, price_kurus: kurus, stock, image } = message.body
  const [shown, setShown] = useState(image)
  const way = wayTo(url)
  const known = [kurus === null ? '' : money(kurus, language), stock === 'unknown' ? '' : t(`product.stock.${stock}`)].filter(Boolean).join(' · ')
  return html`<div class="product-card">${shown ? html`<img src=${pictureOf(message)} alt="" loading="lazy" onError=${() => setShown(false)} />` : null}
    <div><p class="q-title" dir="auto">${title}</p>${known ? html`<p class="num">${known}</p>` : null}
      ${way ? html`<p class="t12"><a href=${way.href} ...${OUTSIDE}>${way.host}</a></p>` : null}</div></div>`
}

/** @param {{message: Extract<MessageView, {kind: 'link'}>}} props */
export function LinkCard({ message }) {
  const { title, url, text } = message.body
  const way = wayTo(url)
  return html`<div class="answer-card"><p class="q-title" dir="auto">${title}</p>${text ? html`<p dir="auto">${text}</p>` : null}
    ${way ? html`<p class="t12"><a href=${way.href} ...${OUTSIDE}>${way.host}</a></p>` : null}</div>`
}

/** @param {{onClose: () => void}} props */
export function CardDialog({ onClose }) {
  const { model, actions, t } = useApp()
  const one = model.current.value
  const context = one === null ? null : model.contexts.value.get(one.conversation)?.context ?? null
  const said = context === null ? null : draftFrom(context.shop.product, context.pages[0]?.url ?? '')
  const [draft, setDraft] = useState(said ?? EMPTY)
  const [wrong, setWrong] = useState(/** @type {string | null} */ (null))
  const [isBusy, setBusy] = useState(false)
  // One card has one id, however often it is tried; another card has another.
  const sent = useRef({ text: '', id: '' })
  if (one === null || !isMine(model.state.value, one)) return null
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault()
    const made = cardOf(draft)
    setWrong(made.wrong)
    if (made.wrong !== null) return document.getElementById(`card-${made.wrong}`)?.focus()
    if (isBusy) return undefined
    setBusy(true)
    const text = JSON.stringify(made.card)
    if (sent.current.text !== text) sent.current = { text, id: clientId() }
    if (await actions.show(one, sent.current.id, made.card)) onClose()
    return setBusy(false)
  }
  const field = (/** @type {keyof Draft} */ name, /** @type {Record<string, unknown>} */ more = {}) => html`<label class="notefield" for=${`card-${name}`}><span>${t(`console.card.${name}`)}</span>
    <input id=${`card-${name}`} class="input" autocomplete="off" dir="auto" value=${draft[name]} aria-invalid=${wrong === name ? 'true' : null} aria-describedby=${wrong === name ? 'card-wrong' : null}
      onInput=${(/** @type {any} */ event) => setDraft({ ...draft, [name]: event.target.value })} ...${more} />
    ${wrong === name ? html`<span id="card-wrong" class="crit t12" role="alert">${t(`console.card.wrong.${name}`)}</span>` : null}</label>`
  const kind = (/** @type {Draft['kind']} */ name) => html`<button type="button" aria-pressed=${draft.kind === name ? 'true' : 'false'} onClick=${() => { setWrong(null); setDraft({ ...draft, kind: name }) }}>${t(`console.card.kind.${name}`)}</button>`
  return html`<${Dialog} label=${t('console.card.title_dialog')} kind="card-dialog" onClose=${onClose}><form onSubmit=${submit} noValidate>
    <${DialogHead} title=${t('console.card.title_dialog')} lead=${visitorName(t, one)} onClose=${onClose} />
    <div class="bd">
      <div class="seg" role="group" aria-label=${t('console.card.kind')}>${kind('product')}${kind('link')}</div>
      ${said !== null && draft.kind === 'product' ? html`<p class="row t12 t2"><${Icon} name="info" size="s" />${t('console.card.from_page')}</p>` : null}
      ${field('title', { autofocus: true, maxlength: 200 })}
      ${field('url', { type: 'url', inputmode: 'url', placeholder: 'https://', maxlength: 500 })}
      ${draft.kind === 'link' ? field('text', { maxlength: 300 }) : html`<div class="pair">${field('price', { inputmode: 'decimal', placeholder: '1.499,90' })}
        <label class="notefield"><span>${t('console.card.stock')}</span><select class="input" value=${draft.stock} onChange=${(/** @type {any} */ event) => setDraft({ ...draft, stock: event.target.value })}>
          ${STOCKS.map(name => html`<option key=${name} value=${name}>${t(name === 'unknown' ? 'console.card.stock.unknown' : `product.stock.${name}`)}</option>`)}</select></label></div>
        ${field('image', { type: 'url', inputmode: 'url', placeholder: 'https://', maxlength: 500 })}
        ${field('sku', { maxlength: 64 })}
        <p class="t12 t2">${t('console.card.sku_note')}</p>`}
    </div>
    <footer><button type="button" class="btn" onClick=${onClose}>${t('action.cancel')}</button>
      <button type="submit" class="btn pri" disabled=${isBusy}>${t('console.card.send')}</button></footer>
  </form><//>`
}
