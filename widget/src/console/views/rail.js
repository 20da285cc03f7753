// The sections of the house, and what is about this agent.

import { html, useApp } from './html.js'
import { Icon, Mark } from './icons.js'
import { Avatar } from './parts.js'

/** The rail on the left; a tab bar stands for it on a phone. */
export function Rail() {
  const { model, t } = useApp()
  const { me, urls } = model.data
  const links = [
    { href: urls.transcripts, icon: 'hist', words: t('console.nav.transcripts') },
    { href: urls.faq, icon: 'book', words: t('console.nav.faq') },
  ]
  return html`<nav class="rail can-wide" aria-label=${t('console.nav.sections')}>
    <span class="mark"><${Mark} /><span class="txt">${t('console.title')}</span></span>
    <a href="#queue" aria-current="page" title=${t('console.nav.conversations')} onClick=${(/** @type {Event} */ event) => event.preventDefault()}>
      <${Icon} name="chat" /><span class="txt" aria-hidden="true">${t('console.nav.conversations')}</span><span class="vh">${t('console.nav.conversations')}</span></a>
    ${links.map(({ href, icon, words }) => html`<a href=${href} title=${words}><${Icon} name=${icon} /><span class="txt" aria-hidden="true">${words}</span><span class="vh">${words}</span></a>`)}
    <span class="sp"></span>
    <button type="button" class="ra" title=${t('console.keys.title')} onClick=${() => { model.dialog.value = 'help' }}>
      <${Icon} name="key" /><span class="txt" aria-hidden="true">${t('console.keys.short')}</span><span class="vh">${t('console.keys.title')}</span><kbd class="txt" aria-hidden="true">?</kbd></button>
    <button type="button" class="ra who" title=${me.name} onClick=${() => { model.dialog.value = 'prefs' }}>
      <${Avatar} name=${me.name} kind="me" /><span class="txt cut" aria-hidden="true">${me.name}</span><span class="vh">${t('console.prefs.open', { name: me.name })}</span></button>
  </nav>`
}

/** The tab bar of a phone. */
export function TabBar() {
  const { model, run, t } = useApp()
  return html`<nav class="tabbar" aria-label=${t('console.nav.sections')}>
    <button type="button" aria-current="page" onClick=${() => { model.pane.value = 'queue' }}><${Icon} name="chat" />${t('console.nav.queue')}</button>
    <button type="button" onClick=${() => run('search')}><${Icon} name="search" />${t('console.nav.search')}</button>
    <button type="button" onClick=${() => { model.dialog.value = 'prefs' }}><${Icon} name="user" />${t('console.nav.me')}</button>
  </nav>`
}
