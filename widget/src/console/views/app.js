// The whole console: panes, dialogs, and what a screen reader is told.

import { Banners, Toasts } from './banner.js'
import { CardDialog } from './cards.js'
import { ContextPane } from './context.js'
import { HelpDialog } from './help.js'
import { AppContext, html, useApp } from './html.js'
import { PaletteDialog } from './palette.js'
import { PrefsDialog } from './prefs.js'
import { QueuePane } from './queue.js'
import { Rail, TabBar } from './rail.js'
import { TalkPane } from './talk.js'
import { TransferDialog } from './transfer.js'

/** @param {{app: import('./html.js').App}} props */
export function Root({ app }) {
  return html`<${AppContext.Provider} value=${app}><${Console} /><//>`
}

function Console() {
  const { model, t } = useApp()
  const hasContext = model.current.value !== null
  const pane = hasContext ? model.pane.value : model.pane.value === 'talk' ? 'queue' : model.pane.value
  return html`<div class="console ${hasContext ? '' : 'no-context'} ${model.drawer.value ? 'drawer' : ''}" data-pane=${pane}>
    <header class="banners"><h1 class="vh">${t('console.title')}</h1><${Banners} /></header><${Rail} />
    <main class="panes"><${QueuePane} /><${TalkPane} /><${ContextPane} /></main>
    <${TabBar} />
  </div>
  <${Dialogs} /><${Toasts} />
  <div class="vh" role="status" aria-live="polite">${model.announce.value}</div>
  <div class="vh" role="alert">${model.alarm.value}</div>`
}

function Dialogs() {
  const { model } = useApp()
  const close = () => { model.dialog.value = null }
  const name = model.dialog.value
  if (name === 'transfer') return html`<${TransferDialog} onClose=${close} />`
  if (name === 'card') return html`<${CardDialog} onClose=${close} />`
  if (name === 'help') return html`<${HelpDialog} onClose=${close} />`
  if (name === 'palette') return html`<${PaletteDialog} onClose=${close} />`
  if (name === 'prefs') return html`<${PrefsDialog} onClose=${close} />`
  return null
}
