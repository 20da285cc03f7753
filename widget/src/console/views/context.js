// The visitor: who they say they are, where they are on the site, what was before.

import { safeHref } from '../../core/nodes.js'
import { pathOf, visitorName } from '../wording.js'
import { html, useApp } from './html.js'
import { Icon } from './icons.js'
import { Avatar } from './parts.js'

const WEB = new Set(['http:', 'https:'])
const TRAIL = 6

/** The right pane; a drawer below 1101 px. */
export function ContextPane() {
  const { model, actions, language, times, t } = useApp()
  const one = model.current.value
  if (one === null) return null
  const { context = null, state = 'loading' } = model.contexts.value.get(one.conversation) ?? {}
  const known = context?.identity ?? null
  const name = known?.name || context?.name || one.visitor_name
  // What they say of themselves, where the shop does not say the same.
  const said = context === null ? [] : /** @type {const} */ (['name', 'email', 'phone']).filter(key => context[key] !== '' && context[key] !== (key === 'phone' ? '' : known?.[key] ?? (key === 'name' ? context.name : '')))
  const shown = name || visitorName(t, one)
  return html`<section class="ctx" id="context" aria-label=${t('console.visitor.title')} tabindex="-1">
    <section>
      <div class="who"><${Avatar} name=${name} size="l" />
        <div class="cut"><p class="b t14 cut">${shown}</p>
          <p class="t12 t2">${context === null ? '' : t(context.online ? 'console.visitor.online' : 'console.visitor.offline', { when: times.ago(context.last_seen_ms) })}</p></div>
        <button type="button" class="btn ghost ico shut" aria-label=${t('action.close')} onClick=${() => { model.drawer.value = false }}><${Icon} name="x" /></button></div>
      <p class=${known === null ? 'badge' : 'badge good'}>${known !== null ? html`<${Icon} name="check" size="s" />${t('console.visitor.verified')}` : html`<${Icon} name="info" size="s" />${t('console.visitor.unverified_long')}`}</p>
      ${context?.consent == null ? null : html`<p class="badge">${t(context.consent ? 'console.consent.given' : 'console.consent.withdrawn')}</p>`}
      ${state === 'missing' ? html`<p class="t12 t2">${t('console.visitor.missing')} <button type="button" class="link t12" onClick=${() => { void actions.loadContext(one.conversation) }}>${t('console.send.retry')}</button></p>` : null}
      ${known === null ? null : html`<dl class="kv known"><${Pair} name=${t('console.visitor.name')} value=${known.name} /><${Pair} name=${t('console.visitor.email')} value=${known.email} />
        <${Pair} name=${t('console.visitor.customer')} value=${known.customer} /></dl>`}
      ${known !== null && said.length > 0 ? html`<p class="badge"><${Icon} name="info" size="s" />${t('console.visitor.said')}</p>` : null}
      <dl class="kv">
        ${said.map(key => html`<${Pair} name=${t(`console.visitor.${key}`)} value=${context?.[key]} />`)}
      </dl>
      <dl class="kv">
        <${Pair} name=${t('console.visitor.language')} value=${languageName(context?.language ?? one.language, language)} />
        <${Pair} name=${t('console.visitor.device')} value=${context?.device} />
        <${Pair} name=${t('console.visitor.site')} value=${one.site_name} />
        ${context === null ? null : html`<${Pair} name=${t('console.visitor.first_seen')} value=${times.moment(context.first_seen_ms)} />`}
        <${Pair} name=${t('console.visitor.opened')} value=${times.moment(one.opened_ms)} />
      </dl>
    </section>
    ${known === null || Object.keys(known.shop).length === 0 ? null : html`<${Shop} shop=${known.shop} verified />`}
    ${context === null || Object.keys(context.shop).length === 0 ? null : html`<${Shop} shop=${context.shop} />`}
    ${context === null ? null : html`<${Trail} pages=${context.pages} online=${context.online} />
    <section><h2><${Icon} name="hist" size="s" />${t('console.visitor.past')}<span class="r">${context.past.length > 0 ? context.past.length : ''}</span></h2>
      ${context.past.length === 0 ? html`<p class="t12 t2">${t('console.empty.past')}</p>` : html`<ul class="prev">${context.past.map(past => html`<li key=${past.conversation}>
        <button type="button" onClick=${() => { model.drawer.value = false; actions.select(past.conversation) }}>
          <span class="l cut">${past.preview || t('console.visitor.no_preview')}</span><span class="t12 t3">${times.date(past.opened_ms)}</span>
          <span class="t12 t3 cut">${t(`console.status.${status(past.status)}`)}${past.agent ? ` · ${past.agent}` : ''}</span><span></span></button></li>`)}</ul>`}
    </section>`}
  </section>`
}

/** What the shop's page says as it says it, or what its server says under its signature. @param {{shop: Record<string, any>, verified?: boolean}} props */
function Shop({ shop, verified = false }) {
  const { t } = useApp()
  return html`<section><h2><${Icon} name="tag" size="s" />${t('console.shop.title')}<span class="r">${t(verified ? 'console.shop.verified' : 'console.shop.unverified')}</span></h2>
    <dl class="kv">${['cart', 'product', 'order', 'page', 'visitor'].map(field => html`<${Pair} name=${t(`console.shop.${field}`)} value=${plain(shop[field])} />`)}</dl></section>`
}

/** A small value as one line. @param {any} value @returns {string | undefined} */
function plain(value) {
  if (value === undefined || value === null || value === '') return undefined
  if (typeof value !== 'object') return String(value)
  if (Array.isArray(value)) return value.map(plain).filter(Boolean).join(' · ')
  return Object.entries(value).map(([key, one]) => `${key}: ${plain(one) ?? ''}`).join(', ')
}

/** @param {string} said */
function status(said) {
  return said === 'bot' || said === 'waiting' || said === 'open' ? said : 'resolved'
}

/** @param {string} code @param {string} language */
function languageName(code, language) {
  const name = new Intl.DisplayNames([language], { type: 'language' }).of(code) ?? code
  return name.charAt(0).toLocaleUpperCase(language) + name.slice(1)
}

/** @param {{name: string, value: string | undefined}} props */
function Pair({ name, value }) {
  return value ? html`<dt>${name}</dt><dd>${value}</dd>` : null
}

/** @param {{pages: import('../types.js').Context['pages'], online: boolean}} props */
function Trail({ pages, online }) {
  const { times, t } = useApp()
  const shown = pages.slice(0, TRAIL)
  return html`<section><h2><${Icon} name="eye" size="s" />${t(online ? 'console.visitor.page' : 'console.visitor.trail')}<span class="r num">${pages.length > 0 ? t('console.visitor.pages', { count: pages.length }) : ''}</span></h2>
    ${shown.length === 0 ? html`<p class="t12 t2">${t('console.empty.pages')}</p>` : html`<ol class="trail">${shown.map((page, at) => {
      const href = safeHref(page.url, WEB)
      const title = page.title || pathOf(page.url)
      return html`<li key=${`${page.at_ms}-${at}`} class=${at === 0 && online ? 'now' : ''}>${href === null ? html`<span class="cut">${title}</span>`
        : html`<a class="cut" href=${href} title=${page.url} target="_blank" rel="noopener noreferrer nofollow">${title}</a>`}<time>${times.time(page.at_ms)}</time></li>`
    })}</ol>`}
    ${pages.length > TRAIL ? html`<p class="t12 t3">${t('console.visitor.more_pages', { count: pages.length - TRAIL })}</p>` : null}
  </section>`
}
