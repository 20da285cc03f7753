// How the console calls an agent who looks elsewhere: a sound, the title, a desktop notification.

/** @typedef {import('./prefs.js').Prefs} Prefs */

const BUBBLE = '<path fill="#0a6480" d="M2 7a5 5 0 0 1 5-5h10a5 5 0 0 1 5 5v5a5 5 0 0 1-5 5h-6l-5 5v-5.1a5 5 0 0 1-4-4.9z"/>'
const drawing = (/** @type {string} */ inside) => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">${inside}</svg>`
const PLAIN = drawing(BUBBLE)
const DOTTED = drawing(`${BUBBLE}<circle cx="18" cy="18" r="5.5" fill="#c8371d" stroke="#fff" stroke-width="1.5"/>`)

export class Alerts {
  #prefs
  #title
  #icon
  /** @type {AudioContext | null} */
  #audio = null

  /** @param {{prefs: Prefs, title: string}} parts title: of the page when nothing waits */
  constructor({ prefs, title }) {
    this.#prefs = prefs
    this.#title = title
    this.#icon = /** @type {HTMLLinkElement} */ (document.querySelector('link[rel=icon]') ?? document.createElement('link'))
    this.#icon.rel = 'icon'
    document.head.append(this.#icon)
  }

  /** Browsers let sound begin only after a gesture; call this in one. */
  unlock() {
    if (this.#audio === null && typeof AudioContext === 'function') this.#audio = new AudioContext()
    void this.#audio?.resume().catch(() => {})
  }

  /** Two rising tones for an offer, one for a message. @param {'offer' | 'message'} what @param {boolean} [always] also when sound is off */
  ring(what, always = false) {
    const audio = this.#audio
    if (audio === null || (!always && !this.#prefs.sound.value)) return
    const tones = what === 'offer' ? [659.25, 880] : [587.33]
    tones.forEach((frequency, at) => {
      const from = audio.currentTime + at * 0.16
      const [tone, gain] = [audio.createOscillator(), audio.createGain()]
      tone.type = 'sine'
      tone.frequency.value = frequency
      gain.gain.setValueAtTime(0.0001, from)
      gain.gain.exponentialRampToValueAtTime(0.16, from + 0.02)
      gain.gain.exponentialRampToValueAtTime(0.0001, from + 0.34)
      tone.connect(gain).connect(audio.destination)
      tone.start(from)
      tone.stop(from + 0.36)
    })
  }

  /** What waits, in the title and on the app's icon. @param {number} count */
  badge(count) {
    document.title = count > 0 ? `(${count}) ${this.#title}` : this.#title
    this.#icon.href = `data:image/svg+xml,${encodeURIComponent(count > 0 ? DOTTED : PLAIN)}`
    const shown = count > 0 ? navigator.setAppBadge?.(count) : navigator.clearAppBadge?.()
    void shown?.catch(() => {})
  }

  /** Ask for the permission; only ever in a click. @returns {Promise<boolean>} */
  async allowNotifications() {
    if (typeof Notification !== 'function') return false
    return (await Notification.requestPermission()) === 'granted'
  }

  /** @param {string} title @param {string} body @param {string} tag one notification a tag @param {() => void} onClick */
  notify(title, body, tag, onClick) {
    if (!this.#prefs.notify.value || typeof Notification !== 'function' || Notification.permission !== 'granted') return
    if (document.visibilityState === 'visible' && document.hasFocus()) return
    try {
      const shown = new Notification(title, { body, tag })
      shown.onclick = () => {
        window.focus()
        onClick()
        shown.close()
      }
    } catch {
      // Some phones know only notifications of a service worker.
    }
  }
}
