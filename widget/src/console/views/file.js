// A file in the thread, a rating, and what a message answers.

import { useEffect, useState } from 'preact/hooks'
import { lineOf } from '../store.js'
import { html, useApp } from './html.js'
import { Icon } from './icons.js'

/** @typedef {import('../types.js').MessageView} MessageView */

/** Addresses are good for a quarter of an hour; asked for again a little before. */
const LINK_MS = 14 * 60_000
/** @type {Map<string, {url: string, until: number}>} */
const links = new Map()

/** @param {{message: Extract<MessageView, {kind: 'file'}>}} props */
export function Sent({ message }) {
  const { connection, t } = useApp()
  const { file, name, width, height } = message.body
  const [url, setUrl] = useState(/** @type {string | null} */ (links.get(file)?.url ?? null))
  const [gone, setGone] = useState(false)
  useEffect(() => {
    const there = links.get(file)
    if (there !== undefined && there.until > Date.now()) return setUrl(there.url)
    connection.request('file_links', { conversation: message.conversation, files: [file] }).then(answer => {
      const found = answer.ok ? answer.links[file] : undefined
      if (found === undefined) return setGone(true)
      links.set(file, { url: found, until: Date.now() + LINK_MS })
      setUrl(found)
    }, () => {})
  }, [file])
  if (gone) return html`<p class="t3">${name} · ${t('console.file.gone')}</p>`
  const inside = width > 0 ? html`<img class="shot" src=${url ?? undefined} width=${width} height=${height} alt=${name} loading="lazy" />` : html`<${Icon} name="file" size="s" /> <bdi>${name}</bdi>`
  return url === null ? html`<p>${inside}</p>` : html`<p><a href=${url} target="_blank" rel="noopener" download=${width > 0 ? undefined : name} aria-label=${t('console.file.open', { name })}>${inside}</a></p>`
}

/** @param {{message: Extract<MessageView, {kind: 'rating'}>}} props */
export function Rated({ message }) {
  const { t } = useApp()
  const { score, reasons, text } = message.body
  return html`<p><b>${t('console.rating', { score })}</b></p>
    ${reasons.length > 0 ? html`<div class="options">${reasons.map(reason => html`<span class="chip line">${t(`console.rated.${reason}`)}</span>`)}</div>` : null}
    ${text ? html`<p dir="auto">${text}</p>` : null}`
}

/** @param {{conversation: string, seq: number}} props */
export function Quote({ conversation, seq }) {
  const { model, t } = useApp()
  const quoted = model.logs.value.get(conversation)?.messages.find(message => message.seq === seq)
  return html`<p class="quoted">${quoted === undefined ? t('console.quoted') : lineOf(quoted)}</p>`
}
