// Fakes that record: a clock moved by hand, a socket without a network, storage in a map.

/** A clock that stands still until `pass`. */
export class ManualClock {
  #now = Date.UTC(2026, 10, 22, 11, 30)
  #id = 0
  #timers = new Map()

  now = () => this.#now
  after = (run, ms) => {
    this.#timers.set(++this.#id, { run, at: this.#now + ms })
    return this.#id
  }
  cancel = id => { this.#timers.delete(id) }

  get waiting() {
    return this.#timers.size
  }

  /** Let `ms` go by; timers run in order, and what they start settles in between. */
  async pass(ms) {
    const end = this.#now + ms
    await settled()
    for (;;) {
      const due = [...this.#timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)[0]
      if (due === undefined) break
      const [id, { run, at }] = due
      this.#timers.delete(id)
      this.#now = Math.max(this.#now, at)
      run()
      await settled()
    }
    this.#now = end
  }
}

/** Let every promise that can settle do so. */
export const settled = () => new Promise(resolve => setImmediate(() => setImmediate(resolve)))

/** What Connection uses of a socket. */
export class FakeSocket {
  sent = []
  closed = false
  opened = false
  #listeners = new Map()
  #any = []

  on(event, listener) {
    this.#listeners.set(event, listener)
  }
  onAny(listener) {
    this.#any.push(listener)
  }
  emit(event, payload, ack) {
    this.sent.push({ event, payload, ack })
  }
  connect() {
    this.opened = true
  }
  disconnect() {
    this.closed = true
  }

  /** The server says something; returns what was acked. */
  hear(event, fact) {
    let acked
    for (const listener of this.#any) listener(event, fact, answer => { acked = answer })
    return acked
  }
  /** A reserved event of socket.io. */
  happens(event, detail) {
    this.#listeners.get(event)?.(detail)
  }
  /** The requests of a kind that wait for an answer. */
  asked(event) {
    return this.sent.filter(one => one.event === event)
  }
}

/** Web Locks between the tabs of one test. */
export class FakeLocks {
  #held = new Map()

  async request(name, { signal }, work) {
    const before = this.#held.get(name) ?? Promise.resolve()
    let free
    this.#held.set(name, before.then(() => new Promise(resolve => { free = resolve })))
    await Promise.race([before, new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))))])
      .catch(error => { void before.then(() => free()); throw error })
    try {
      return await work()
    } finally {
      free()
    }
  }
}

/** BroadcastChannels of one name. */
export function fakeChannels() {
  const all = []
  return () => {
    const listeners = []
    const channel = {
      addEventListener: (_, listener) => listeners.push(listener),
      postMessage: data => {
        for (const other of all) if (other !== channel) other.hear(structuredClone(data))
      },
      hear: data => listeners.forEach(listener => listener({ data })),
    }
    all.push(channel)
    return channel
  }
}

/** One text, kept in an object that tabs may share. */
export function sharedText(shared = { text: null }) {
  return {
    durable: true,
    read: () => shared.text,
    write: text => { shared.text = text },
    remove: () => { shared.text = null },
  }
}

let seq = 0
/** A message as the wire brings it. */
export function message(over = {}) {
  seq += 1
  return {
    conversation: 'conversation-a', epoch: 'epoch-one', seq, previous_seq: seq - 1, at_ms: 1_700_000_000_000 + seq,
    client_id: null, author: { kind: 'agent', name: 'Grace', id: 'agent-grace' }, kind: 'text',
    body: { text: `message ${seq}`, choice: null }, ...over,
  }
}

export const people = { state: 'free', open: true, opens_at_ms: null, faces: ['Grace'] }

/** A visitor's conversation state as the wire brings it. */
export function view(over = {}) {
  return {
    conversation: 'conversation-a', status: 'bot', bot_active: true, agent: null, position: null, head: 0,
    seen_by_agent: 0, seen_by_visitor: 0, resolved_ms: null, people, version: 1, ...over,
  }
}
