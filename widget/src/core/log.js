// One conversation's messages in the order of the server. Never holds a list with a hole, and
// fetches nothing: it says when somebody must.

/** @typedef {import('./wire.js').MessageView} MessageView */
/** @typedef {import('./wire.js').Synced} Synced */

/** The log of one conversation, by the rules of receiving (docs/protocol.md). */
export class MessageLog {
  #conversation
  /** @type {string | null} */
  #epoch = null
  /** @type {readonly MessageView[]} */
  #messages = []
  /** @type {Set<string>} */
  #clientIds = new Set()

  /** @param {string} conversation */
  constructor(conversation) {
    this.#conversation = conversation
  }

  get conversation() {
    return this.#conversation
  }

  get epoch() {
    return this.#epoch
  }

  /** Newest seq that was applied; 0 when there is none. */
  get last() {
    return this.#messages.at(-1)?.seq ?? 0
  }

  /** Every message, oldest first; a new array after each change, never changed in place. */
  get messages() {
    return this.#messages
  }

  /** @param {string} clientId */
  has(clientId) {
    return this.#clientIds.has(clientId)
  }

  /**
   * Take in one message that was told.
   *
   * `gap`: something before it is missing, or the server's log is another one: sync.
   *
   * @param {MessageView} message of this conversation
   * @returns {'applied' | 'dropped' | 'gap'}
   */
  apply(message) {
    if (this.#epoch !== null && message.epoch !== this.#epoch) {
      this.clear()
      return 'gap'
    }
    if (message.seq <= this.last) return 'dropped'
    if (message.previous_seq !== this.last) return 'gap'
    this.#append([message])
    return 'applied'
  }

  /**
   * Take in the answer to a sync.
   *
   * @param {Synced} synced of this conversation
   * @returns {boolean} whether to ask again, from `last`
   */
  merge(synced) {
    if (synced.reset || (this.#epoch !== null && synced.epoch !== this.#epoch)) this.clear()
    this.#epoch = synced.epoch
    /** @type {MessageView[]} */
    const fresh = []
    // With nothing yet, the newest few were asked for: what was before them is fetched when wanted.
    let last = this.last || (synced.messages[0]?.previous_seq ?? 0)
    for (const message of synced.messages) {
      if (message.seq <= last) continue
      // A hole in an answer would be the server's fault; stop before it and ask once more.
      if (message.previous_seq !== last) break
      fresh.push(message)
      last = message.seq
    }
    if (fresh.length > 0) this.#append(fresh)
    return this.last < synced.head && (synced.more || synced.reset || fresh.length > 0)
  }

  /** Whether something was said before the first message that is here. */
  get hasEarlier() {
    return (this.#messages[0]?.previous_seq ?? 0) > 0
  }

  /**
   * Take in what was said before the first message.
   *
   * @param {string} epoch
   * @param {readonly MessageView[]} messages oldest first
   */
  prepend(epoch, messages) {
    const [first] = this.#messages
    if (epoch !== this.#epoch || first === undefined || messages.at(-1)?.seq !== first.previous_seq) return
    this.#messages = [...messages, ...this.#messages]
    for (const { client_id } of messages) if (client_id !== null) this.#clientIds.add(client_id)
  }

  /** Let go of the oldest: they are fetched again when somebody scrolls there. @param {number} keep how many stay */
  trim(keep) {
    if (this.#messages.length <= keep) return
    this.#messages = this.#messages.slice(-keep)
    this.#clientIds = new Set(this.#messages.flatMap(({ client_id }) => client_id ?? []))
  }

  /** Start over. */
  clear() {
    this.#epoch = null
    this.#messages = []
    this.#clientIds = new Set()
  }

  /** @param {MessageView[]} messages */
  #append(messages) {
    this.#epoch ??= messages[0].epoch
    this.#messages = [...this.#messages, ...messages]
    for (const { client_id } of messages) if (client_id !== null) this.#clientIds.add(client_id)
  }
}
