// Files on their way: leave is asked by the socket, the bytes go by HTTP, and each can be stopped.

import { clientId } from '../../core/ids.js'

/** What the picker offers; what a file is, the server looks for itself. */
const ACCEPTS = 'image/jpeg,image/png,image/webp,image/gif,application/pdf'
const WHY = new Map(Object.entries({ too_large: 'more.file.size', bad_request: 'more.file.type', forbidden: 'more.file.type', rate_limited: 'more.file.many' }))

/**
 * @typedef {{id: string, name: string, percent: number, code: string | null, stop: () => void}} Upload
 */

/** @param {number} bytes @param {string} language */
export const sizeWords = (bytes, language) => bytes < 1e6
  ? new Intl.NumberFormat(language, { style: 'unit', unit: 'kilobyte', maximumFractionDigits: 0 }).format(Math.ceil(bytes / 1000))
  : new Intl.NumberFormat(language, { style: 'unit', unit: 'megabyte', maximumFractionDigits: 1 }).format(bytes / 1e6)

/** @param {import('./make.js').Kit} kit */
export function makeUploads({ desk, html, Icon, say }) {
  const { chat, frame, cell } = desk
  const uploads = cell(/** @type {readonly Upload[]} */ ([]))
  const most = () => desk.state.value.limits.max_file_bytes ?? 10_485_760

  /** @param {string} id @param {Partial<Upload>} news */
  const change = (id, news) => { uploads.value = uploads.value.map(one => one.id === id ? { ...one, ...news } : one) }
  const drop = (/** @type {string} */ id) => { uploads.value = uploads.value.filter(one => one.id !== id) }

  /** @param {File} file */
  async function send(file) {
    const id = clientId()
    const request = new XMLHttpRequest()
    const stop = () => { request.abort(); drop(id) }
    uploads.value = [...uploads.value, { id, name: file.name, percent: 0, code: null, stop }]
    if (file.size > most()) return change(id, { code: 'too_large' })
    const conversation = desk.state.value.conversation
    const offer = await chat.ask('file_offer', { client_id: id, name: file.name || 'file', size: file.size, ...(conversation && { conversation }) }).catch(() => ({ code: 'timeout' }))
    if (!offer.ok) return change(id, { code: offer.code })
    request.upload.onprogress = ({ loaded, total }) => change(id, { percent: Math.round(loaded / total * 100) })
    request.onload = () => {
      if (request.status === 200) return drop(id)
      change(id, { code: request.response?.error?.code ?? 'timeout' })
    }
    request.onerror = () => change(id, { code: 'timeout' })
    request.open('POST', offer.upload)
    request.responseType = 'json'
    request.setRequestHeader('Accept', 'application/json')
    if (uploads.value.some(one => one.id === id)) request.send(file)
  }

  /** @param {Iterable<File>} files */
  const upload = files => { for (const file of files) void send(file) }

  function pick() {
    const input = document.createElement('input')
    Object.assign(input, { type: 'file', multiple: true, accept: ACCEPTS })
    input.onchange = () => upload(input.files ?? [])
    input.click()
  }

  function Uploads() {
    return html`<div class="uploads" role="status">${uploads.value.map((/** @type {Upload} */ { id, name, percent, code, stop }) => html`
      <div key=${id} class=${`upload${code ? ' lost' : ''}`}>
        <${Icon} name=${code ? 'alert' : 'page'} small />
        <span><bdi>${name}</bdi>${code
          ? html`<small>${say(WHY.get(code) ?? 'more.file.failed', { name, size: sizeWords(most(), frame.language) })}</small>`
          : html`<progress max="100" value=${percent} aria-label=${say('more.file.sending', { name, percent })}></progress>`}</span>
        <button class="tool" type="button" aria-label=${`${say(code ? 'more.file.dismiss' : 'more.file.cancel')}: ${name}`} onClick=${stop}><${Icon} name="cross" small /></button>
      </div>`)}</div>`
  }
  return { upload, pick, Uploads }
}
