// What is half written, by conversation and by mode: kept here at every key, on the server a little
// later. A note's draft never leaves this browser, so that it can never come back as a reply.

/** @typedef {'reply' | 'note'} Mode */
/** @typedef {import('../core/clock.js').Clock} Clock */
/** @typedef {import('../core/stores.js').TextStore} TextStore */

const SAVE_AFTER_MS = 1200
const MOST = 200

export class Drafts {
  #store
  #save
  #clock
  #changed
  /** @type {Map<string, string>} */
  #texts = new Map()
  /** @type {Map<string, unknown>} */
  #timers = new Map()
  /** Written in here since the page was opened: what the server keeps is older. @type {Set<string>} */
  #touched = new Set()
  /** What the server could not be told. @type {Set<string>} */
  #owed = new Set()

  /**
   * @param {{store: TextStore, clock: Clock, save: (conversation: string, text: string) => boolean,
   *   changed: () => void}} parts save: tells the server a reply's draft; false when it could not
   */
  constructor({ store, clock, save, changed }) {
    this.#store = store
    this.#clock = clock
    this.#save = save
    this.#changed = changed
    this.#read()
  }

  /** @param {string} conversation @param {Mode} mode */
  text(conversation, mode) {
    return this.#texts.get(`${conversation}:${mode}`) ?? ''
  }

  /** Whether anything is half written there. @param {string} conversation */
  has(conversation) {
    return this.text(conversation, 'reply').trim() !== '' || this.text(conversation, 'note').trim() !== ''
  }

  /** @param {string} conversation @param {Mode} mode @param {string} text */
  write(conversation, mode, text) {
    if (text === this.text(conversation, mode)) return
    this.#put(conversation, mode, text)
    if (mode === 'reply') {
      this.#touched.add(conversation)
      if (text === '') this.#tell(conversation)
      else this.#later(conversation)
    }
    this.#changed()
  }

  /** What another browser of this agent left; what is written here wins. @param {Readonly<Record<string, string>>} drafts */
  adopt(drafts) {
    for (const [conversation, text] of Object.entries(drafts)) {
      if (text !== '' && !this.#touched.has(conversation) && !this.#texts.has(`${conversation}:reply`)) this.#put(conversation, 'reply', text)
    }
    this.#changed()
  }

  /** Tell the server at once, e.g. when the line is back. */
  flush() {
    for (const conversation of new Set([...this.#timers.keys(), ...this.#owed])) this.#tell(conversation)
  }

  /** @param {string} conversation @param {Mode} mode @param {string} text */
  #put(conversation, mode, text) {
    const key = `${conversation}:${mode}`
    this.#texts.delete(key)
    if (text !== '') this.#texts.set(key, text)
    for (const oldest of this.#texts.keys()) {
      if (this.#texts.size <= MOST) break
      this.#texts.delete(oldest)
    }
    this.#store.write(JSON.stringify([...this.#texts]))
  }

  /** @param {string} conversation */
  #later(conversation) {
    this.#clock.cancel(this.#timers.get(conversation))
    this.#timers.set(conversation, this.#clock.after(() => this.#tell(conversation), SAVE_AFTER_MS))
  }

  /** @param {string} conversation */
  #tell(conversation) {
    this.#clock.cancel(this.#timers.get(conversation))
    this.#timers.delete(conversation)
    if (this.#save(conversation, this.text(conversation, 'reply'))) this.#owed.delete(conversation)
    else this.#owed.add(conversation)
  }

  #read() {
    try {
      const kept = JSON.parse(this.#store.read() ?? '[]')
      for (const [key, text] of kept) if (typeof key === 'string' && typeof text === 'string') this.#texts.set(key, text)
    } catch {
      // What is there is not ours or was cut short; the server still has the replies.
    }
  }
}
