// The widget's own client over both of its ways, against one server.
//
// `node --experimental-websocket widget.mjs URL`: one JSON line a way, `{way, error}`.

import { Socket } from '../../../widget/src/core/socket.js'
import { pollingLine, webSocketLine } from '../../../widget/src/core/lines.js'

const url = process.argv[2]
const WAYS = { websocket: [webSocketLine], polling: [pollingLine], fallback: [dead, pollingLine] }
const TIMEOUT_MS = 20_000

/** A network that swallows WebSockets. */
function dead(_, { ended }) {
  setTimeout(ended, 10)
  return { send() {}, close() {} }
}

const same = (what, found, wanted) => {
  if (JSON.stringify(found) !== JSON.stringify(wanted)) throw new Error(`${what}: ${JSON.stringify(found)}`)
}

/** Connect and hear the server's first event; echo, acknowledgement, fifty in their order; go. */
async function talk(ways, namespace) {
  const heard = []
  let wake = () => {}
  const socket = new Socket({ origin: url, namespace, auth: () => ({ token: 'ş😀' }), ways })
  const failed = new Promise((_, reject) => {
    socket.on('connect_error', error => reject(new Error(`refused: ${JSON.stringify(error)}`)))
    socket.on('disconnect', why => reject(new Error(`lost: ${why}`)))
    setTimeout(() => reject(new Error(`never; heard ${heard.length}`)), TIMEOUT_MS).unref()
  })
  socket.onAny((...args) => { heard.push(args); wake() })
  const events = async count => {
    while (heard.length < count) await new Promise(resolve => { wake = resolve })
    return heard.splice(0, count)
  }
  const run = async () => {
    socket.connect()
    same('first event', await events(1), [['auth', { token: 'ş😀' }]])
    const answer = await new Promise(resolve => socket.emit('message-with-ack', { b: ['ç\u2028"', null] }, resolve))
    same('ack', answer, { b: ['ç\u2028"', null] })
    for (let number = 0; number < 50; number++) socket.emit('message', number, () => {})
    same('order', (await events(50)).map(([, number]) => number), [...Array(50).keys()])
    // Longer than one ping of this server.
    await new Promise(resolve => setTimeout(resolve, 2500))
    const later = await new Promise(resolve => socket.emit('message-with-ack', 'still here', resolve))
    same('after pings', later, 'still here')
  }
  await Promise.race([run(), failed])
  socket.disconnect()
}

await Promise.all(Object.entries(WAYS).map(async ([way, ways]) => {
  let error = null
  try {
    await talk(ways, '/custom')
  } catch (thrown) {
    error = String(thrown)
  }
  console.log(JSON.stringify({ way, error }))
}))
const refused = await new Promise(resolve => {
  const socket = new Socket({ origin: url, namespace: '/nowhere', auth: () => ({}), ways: [webSocketLine] })
  socket.on('connect_error', error => resolve('data' in error && error.type === undefined ? null : JSON.stringify(error)))
  socket.connect()
})
console.log(JSON.stringify({ way: 'refused', error: refused }))
process.exit(0)
