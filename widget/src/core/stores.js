// Where the outbox, the token and the draft lie in the browser. Knows nothing of what they mean.
// Storage inside a frame may be denied at any call; then memory serves, and says that it does.

/** @typedef {import('./outbox.js').Entry} Entry */

/**
 * @typedef {object} EntryStore
 * @property {boolean} durable whether entries survive a reload
 * @property {() => Promise<Entry[]>} load every entry, in no particular order
 * @property {(entry: Entry) => Promise<void>} put add or replace, by client_id
 * @property {(clientId: string) => Promise<void>} remove
 */

/**
 * @typedef {object} TextStore
 * @property {boolean} durable
 * @property {() => string | null} read
 * @property {(text: string) => void} write
 * @property {() => void} remove
 */

/** Entries for as long as the page lives. */
export class MemoryStore {
  durable = false
  /** @type {Map<string, Entry>} */
  #entries = new Map()

  async load() {
    return [...this.#entries.values()].map(entry => ({ ...entry }))
  }

  /** @param {Entry} entry */
  async put(entry) {
    this.#entries.set(entry.client_id, { ...entry })
  }

  /** @param {string} clientId */
  async remove(clientId) {
    this.#entries.delete(clientId)
  }
}

const TABLE = 'outbox'

/** Entries in IndexedDB; rejects where the browser denies it. */
export class IndexedStore {
  durable = true
  #factory
  #name
  /** @type {Promise<IDBDatabase> | null} */
  #opened = null

  /**
   * @param {IDBFactory} factory
   * @param {string} name of the database
   */
  constructor(factory, name) {
    this.#factory = factory
    this.#name = name
  }

  /** Reads without creating anything: a visitor who wrote nothing leaves nothing behind. @returns {Promise<Entry[]>} */
  async load() {
    const there = await this.#factory.databases?.()
    if (there !== undefined && !there.some(({ name }) => name === this.#name)) return []
    return this.#run('readonly', table => table.getAll())
  }

  /** @param {Entry} entry */
  async put(entry) {
    await this.#run('readwrite', table => table.put(entry))
  }

  /** @param {string} clientId */
  async remove(clientId) {
    await this.#run('readwrite', table => table.delete(clientId))
  }

  #open() {
    this.#opened ??= new Promise((resolve, reject) => {
      const request = this.#factory.open(this.#name, 1)
      request.onupgradeneeded = () => request.result.createObjectStore(TABLE, { keyPath: 'client_id' })
      request.onerror = () => reject(request.error)
      request.onblocked = () => reject(new Error('the database is blocked'))
      request.onsuccess = () => {
        const database = request.result
        database.onversionchange = () => database.close()
        database.onclose = () => { this.#opened = null }
        resolve(database)
      }
    })
    this.#opened.catch(() => { this.#opened = null })
    return this.#opened
  }

  /**
   * @param {IDBTransactionMode} mode
   * @param {(table: IDBObjectStore) => IDBRequest} work
   * @returns {Promise<any>} the request's result, once the transaction is on disk
   */
  async #run(mode, work) {
    const database = await this.#open()
    return new Promise((resolve, reject) => {
      const options = mode === 'readwrite' ? { durability: /** @type {const} */ ('strict') } : {}
      const transaction = database.transaction(TABLE, mode, options)
      const request = work(transaction.objectStore(TABLE))
      transaction.oncomplete = () => resolve(request.result)
      transaction.onabort = () => reject(transaction.error ?? new Error('aborted'))
      transaction.onerror = () => reject(transaction.error)
    })
  }
}

/** The first store for as long as it works, then memory with what was known until then. */
export class FallbackStore {
  /** @type {EntryStore} */
  #store
  #memory = new MemoryStore()
  #onLost

  /**
   * @param {EntryStore} store
   * @param {() => void} [onLost] called once, when memory takes over
   */
  constructor(store, onLost = () => {}) {
    this.#store = store
    this.#onLost = onLost
  }

  get durable() {
    return this.#store.durable
  }

  load() {
    return this.#try(store => store.load())
  }

  /** @param {Entry} entry */
  async put(entry) {
    await this.#memory.put(entry)
    await this.#try(store => store.put(entry))
  }

  /** @param {string} clientId */
  async remove(clientId) {
    await this.#memory.remove(clientId)
    await this.#try(store => store.remove(clientId))
  }

  /**
   * @template T
   * @param {(store: EntryStore) => Promise<T>} work
   * @returns {Promise<T>}
   */
  async #try(work) {
    try {
      return await work(this.#store)
    } catch (error) {
      if (this.#store === this.#memory) throw error
      this.#store = this.#memory
      this.#onLost()
      return work(this.#memory)
    }
  }
}

/**
 * One text under one key of localStorage or sessionStorage, with memory where that throws.
 *
 * @param {() => Storage} storage asked late, for the mere access can throw
 * @param {string} key
 * @returns {TextStore}
 */
export function textStore(storage, key) {
  /** @type {string | null} */
  let kept = null
  const store = {
    durable: true,
    read() {
      try {
        return storage().getItem(key) ?? (store.durable ? null : kept)
      } catch {
        store.durable = false
        return kept
      }
    },
    /** @param {string} text */
    write(text) {
      kept = text
      try {
        storage().setItem(key, text)
      } catch {
        store.durable = false
      }
    },
    remove() {
      kept = null
      try {
        storage().removeItem(key)
      } catch {
        store.durable = false
      }
    },
  }
  return store
}
