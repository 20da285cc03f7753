// What the shop says of basket, product and who is signed in, told to the server when it can be.

/** @typedef {import('../desk.js').Desk} Desk */

/** @param {Desk} desk */
export function makeShop({ chat, connection, state, announce, erased }) {
  const { identity } = chat
  /** @type {Record<string, unknown>} */
  let context = {}
  /** What was told already. */
  let told = ''
  /** The word that was believed. @type {string | undefined} */
  let claimed

  async function tellContext() {
    const text = JSON.stringify(context)
    if (!state.value.known || !connection.isReady || text === told || text === '{}') return
    told = text
    const answer = await chat.ask('context_set', { context })
    if (answer.ok || answer.retry) return void (answer.retry && (told = ''))
    announce('error', { code: answer.code, at: String(answer.message).replace(/^context:/, '') })
  }

  async function claim() {
    const { word } = identity
    if (!connection.isReady || word === undefined || word === claimed) return
    if (word === null) return identity.identified ? leave() : undefined
    const answer = await connection.request('identify', { identity: word })
    if (answer.ok) {
      claimed = word
      if (answer.token === null) return
      identity.take(answer.token)
      connection.restart()
    } else if (answer.code === 'identity_differs') {
      await leave()
    } else if (!answer.retry) {
      identity.word = undefined
      announce('error', { code: answer.code })
    }
  }

  /** Whoever was here is not here any more. */
  async function leave() {
    await connection.request('visitor_end', {})
    erased()
  }

  function tell() {
    identity.claiming = claim().catch(() => {})
    void identity.claiming.then(tellContext).catch(() => { told = '' })
  }
  connection.subscribe(({ phase }) => {
    if (phase !== 'ready') told = ''
    else tell()
  })
  chat.subscribe(() => { if (told === '') void tellContext().catch(() => { told = '' }) })

  /** @param {unknown} said of cart, product, order, page, visitor; nothing where only the word is new */
  return said => {
    if (typeof said === 'object' && said !== null) context = { ...said }
    tell()
  }
}
