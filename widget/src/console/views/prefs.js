// What an agent prefers, and the way out.

import { applyTheme } from '../prefs.js'
import { html, useApp } from './html.js'
import { Icon } from './icons.js'
import { Avatar, Dialog, DialogHead } from './parts.js'

/** @typedef {import('../prefs.js').Theme} Theme */
/** @type {readonly Theme[]} */
const THEMES = ['auto', 'light', 'dark']

/** @param {{onClose: () => void}} props */
export function PrefsDialog({ onClose }) {
  const { model, prefs, alerts, t } = useApp()
  const { me, urls, version } = model.data
  const setTheme = (/** @type {Theme} */ theme) => {
    prefs.theme.value = theme
    applyTheme(document.documentElement, theme)
    prefs.save()
  }
  const flip = (/** @type {'sound' | 'singles'} */ name) => {
    prefs[name].value = !prefs[name].value
    prefs.save()
  }
  const notify = async () => {
    prefs.notify.value = !prefs.notify.value && await alerts.allowNotifications()
    prefs.save()
  }
  const isDenied = typeof Notification === 'function' && Notification.permission === 'denied'
  return html`<${Dialog} kind="prefs" label=${t('console.prefs.title')} onClose=${onClose}>
    <${DialogHead} title=${t('console.prefs.title')} onClose=${onClose} />
    <div class="bd">
      <div class="row"><${Avatar} name=${me.name} kind="me" size="l" /><div class="cut"><p class="b cut">${me.name}</p><p class="t12 t2 cut">${me.email}</p></div></div>
      <div class="pref"><span>${t('console.prefs.theme')}</span>
        <div class="seg" role="group" aria-label=${t('console.prefs.theme')}>${THEMES.map(theme => html`<button type="button" aria-pressed=${prefs.theme.value === theme ? 'true' : 'false'} onClick=${() => setTheme(theme)}>
          ${theme === 'auto' ? null : html`<${Icon} name=${theme === 'dark' ? 'moon' : 'sun'} size="s" />`}${t(`console.prefs.theme_${theme}`)}</button>`)}</div></div>
      <div class="pref"><label for="pref-sound">${t('console.prefs.sound')}</label>
        <button type="button" class="btn soft sm" onClick=${() => { alerts.unlock(); alerts.ring('offer', true) }}>${t('console.notify.test')}</button>
        <input id="pref-sound" type="checkbox" class="switch" checked=${prefs.sound.value} onChange=${() => { alerts.unlock(); flip('sound') }} /></div>
      <label class="pref"><span>${t('console.prefs.notify')}<small>${isDenied ? t('console.prefs.notify_denied') : t('console.prefs.notify_hint')}</small></span>
        <input type="checkbox" class="switch" disabled=${isDenied} checked=${prefs.notify.value && !isDenied} onChange=${() => { void notify() }} /></label>
      <label class="pref"><span>${t('console.keys.singles')}<small>${t('console.keys.singles_hint')}</small></span>
        <input type="checkbox" class="switch" checked=${prefs.singles.value} onChange=${() => flip('singles')} /></label>
    </div>
    <footer>
      <span class="t11 t3">${version}</span><span class="sp"></span>
      <a class="btn ghost only-phone" href=${urls.transcripts}>${t('console.nav.transcripts')}</a>
      <a class="btn ghost only-phone" href=${urls.faq}>${t('console.nav.faq')}</a>
      <form method="post" action=${urls.sign_out}><button type="submit" class="btn">${t('console.sign_out')}</button></form>
    </footer>
  <//>`
}
