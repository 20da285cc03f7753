// Cards of products and pages: what it is, what it costs, where it leads, and into the basket by one press.

import { isForBasket, money, pictureOf, wayTo } from '../../core/cards.js'
import './cards.css'

/** @typedef {import('../../core/wire.js').MessageView} MessageView */

const OUT = 'M8.3 4.5H5.5c-.6 0-1 .4-1 1v9c0 .6.4 1 1 1h9c.6 0 1-.4 1-1v-2.8M11.7 4.3h4v4m-.2-3.8-5.8 5.8'
const BASKET = 'M3 4h1.9l1.8 8.4h7.6l1.6-6H5.5M8 16h.01M13.4 16h.01'
/** So long a shop's page may take to answer, milliseconds. */
const ANSWERS_WITHIN_MS = 10_000

/** @param {import('./make.js').Kit} kit */
export function makeCards({ html, Icon, say, desk: { basket, carted, frame, sendToBasket }, hooks: { useEffect, useRef, useState } }) {
  const draw = (/** @type {string} */ path) => html`<svg class="i s" viewBox="0 0 20 20" aria-hidden="true"><path d=${path} /></svg>`
  const outside = { target: '_blank', rel: 'noopener noreferrer nofollow' }

  /** @param {{message: Extract<MessageView, {kind: 'product'}>, who: unknown}} props who: said to readers of the screen before all else */
  function ProductCard({ message, who }) {
    const { body } = message
    const { title, price_kurus: kurus, stock } = body
    const [shown, setShown] = useState(body.image)
    const way = wayTo(body.url)
    return html`<div class="card product">
      ${shown && html`<img src=${pictureOf(message)} alt="" loading="lazy" onError=${() => setShown(false)} />`}
      <div class="in">${who}<p class="title" dir="auto">${title}</p>
        ${(kurus !== null || stock !== 'unknown') && html`<p class="price">${kurus !== null && html`<b class="num">${money(kurus, frame.language)}</b>`}
          ${stock !== 'unknown' && html`<span class=${`stock ${stock}`}>${say(`product.stock.${stock}`)}</span>`}</p>`}
        ${way && html`<p class="small">${way.host}</p>`}</div>
      <div class="acts">${way && html`<a class="btn plain" href=${way.href} ...${outside}>${say('more.product.open')}${draw(OUT)}</a>`}
        ${isForBasket(body, basket.value) && html`<${Basket} message=${message} />`}</div>
    </div>`
  }

  /** @param {{message: Extract<MessageView, {kind: 'product'}>}} props */
  function Basket({ message }) {
    const [state, setState] = useState(/** @type {'' | 'adding' | 'added' | 'failed'} */ (''))
    const asked = useRef('')
    const answer = carted.value
    useEffect(() => {
      if (state === 'adding' && answer?.id === asked.current) setState(answer.ok ? 'added' : 'failed')
    }, [answer])
    useEffect(() => {
      if (state !== 'adding') return undefined
      const timer = setTimeout(setState, ANSWERS_WITHIN_MS, 'failed')
      return () => clearTimeout(timer)
    }, [state])
    const press = () => {
      if (state === 'adding') return
      asked.current = sendToBasket(message.body)
      setState('adding')
    }
    return html`<button class="btn plain" type="button" aria-disabled=${state === 'adding' ? 'true' : null} onClick=${press}>
        ${state === 'added' ? html`<${Icon} name="tick" small />` : draw(BASKET)}${say(state === 'adding' ? 'more.product.adding' : 'more.product.add')}</button>
      <p class=${state === 'failed' ? 'wrong' : state === 'added' ? 'fine' : 'hush'} role="status">${state === 'added' ? say('more.product.added') : state === 'failed' ? say('more.product.failed') : ''}</p>`
  }

  /** @param {{message: Extract<MessageView, {kind: 'link'}>, who: unknown}} props */
  function LinkCard({ message, who }) {
    const { title, url, text } = message.body
    const way = wayTo(url)
    const inside = html`<span><b dir="auto">${title}</b>${text && html`<span class="text" dir="auto">${text}</span>`}${way && html`<small>${way.host}</small>`}</span>`
    return html`<div class="card leads">${who}${way ? html`<a class="row" href=${way.href} ...${outside}>${inside}${draw(OUT)}</a>` : html`<div class="row">${inside}</div>`}</div>`
  }

  return { ProductCard, LinkCard }
}
