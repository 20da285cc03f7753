// How the console calls an agent who looks elsewhere: a sound, the title, a desktop notification.

/** @typedef {import('./prefs.js').Prefs} Prefs */

export class Alerts {
  #prefs
  #title
  /** @type {AudioContext | null} */
  #audio = null

  /** @param {{prefs: Prefs, title: string}} parts title: of the page when nothing waits */
  constructor({ prefs, title }) {
    this.#prefs = prefs
    this.#title = title
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
