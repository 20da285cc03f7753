// What the agent's browser knows of the house, and how every fact from the wire changes it. Pure:
// a fact folded into the old state gives what a fresh fetch would give, or says that one is due.

/** @typedef {import('./types.js').AgentConversation} AgentConversation */
/** @typedef {import('./types.js').AgentView} AgentView */
/** @typedef {import('./types.js').OfferView} OfferView */
/** @typedef {import('./types.js').MessageView} MessageView */

/**
 * @typedef {object} State
 * @property {boolean} known whether the queue was fetched at all
 * @property {string} epoch
 * @property {number} revision up to where no announcement was missed
 * @property {number} announced the newest revision heard of; above `revision`: fetch
 * @property {AgentView | null} me
 * @property {ReadonlyMap<string, AgentConversation>} conversations not resolved, in this agent's sight
 * @property {ReadonlyMap<string, AgentConversation>} closed resolved or past ones that were looked at
 * @property {ReadonlyMap<string, OfferView>} offers to this agent
 * @property {ReadonlyMap<string, AgentView>} agents
 * @property {readonly import('./types.js').TeamView[]} teams
 * @property {Readonly<Record<string, string>>} drafts as the server keeps them
 */

/** @type {State} */
export const NOTHING = {
  known: false, epoch: '', revision: 0, announced: 0, me: null, conversations: new Map(),
  closed: new Map(), offers: new Map(), agents: new Map(), teams: [], drafts: {},
}

/** Whether an announcement was missed and the queue must be fetched. @param {State} state */
export function isBehind(state) {
  return !state.known || state.announced > state.revision
}

/** A conversation wherever it stands. @param {State} state @param {string | null} id */
export function conversationOf(state, id) {
  if (id === null) return null
  return state.conversations.get(id) ?? state.closed.get(id) ?? null
}

/** Whether this agent holds it. @param {State} state @param {AgentConversation} conversation */
export function isMine(state, conversation) {
  return conversation.status === 'open' && conversation.holder !== null && conversation.holder === state.me?.id
}

/**
 * The whole picture.
 *
 * @param {State} state
 * @param {import('./types.js').Queue} queue
 * @returns {State}
 */
export function foldQueue(state, queue) {
  // An update may have overtaken the answer: of two states the newer one stays.
  const fresh = queue.conversations.map(told => newer(conversationOf(state, told.conversation), told))
  const conversations = byId(fresh.filter(one => one.status !== 'resolved'))
  const closed = new Map(state.closed)
  for (const one of fresh) if (one.status === 'resolved') closed.set(one.conversation, one)
  for (const id of conversations.keys()) closed.delete(id)
  return {
    known: true, epoch: queue.epoch, revision: queue.revision,
    announced: queue.epoch === state.epoch ? Math.max(queue.revision, state.announced) : queue.revision,
    me: queue.me, conversations, closed, teams: queue.teams, drafts: queue.drafts,
    offers: new Map(queue.offers.map(offer => [offer.conversation, offer])),
    agents: new Map(queue.agents.map(agent => [agent.id, agent])),
  }
}

/**
 * `conversation_updated`: where one conversation stands, and the queue's revision by then.
 *
 * @param {State} state
 * @param {{state: AgentConversation, revision: number}} fact
 * @returns {State}
 */
export function foldUpdated(state, { state: told, revision }) {
  return step(put(state, newer(conversationOf(state, told.conversation), told)), revision)
}

/**
 * `queue_changed`: what left this agent's sight, or that a step was made; its content comes by
 * `conversation_updated` where this agent may see it.
 *
 * @param {State} state
 * @param {{revision: number, removed: readonly string[]}} fact
 * @returns {State}
 */
export function foldQueueChanged(state, { revision, removed }) {
  let next = state
  if (removed.length > 0) {
    const [conversations, offers] = [new Map(state.conversations), new Map(state.offers)]
    for (const id of removed) {
      conversations.delete(id)
      offers.delete(id)
    }
    next = { ...state, conversations, offers }
  }
  return step(next, revision)
}

/** Seqs, unread and the last line follow each message. @param {State} state @param {MessageView} message @returns {State} */
export function foldMessage(state, message) {
  const known = conversationOf(state, message.conversation)
  if (known === null || message.seq <= known.head) return state
  const next = { ...known, head: message.seq, last_message_ms: known.last_message_ms }
  if (message.kind !== 'activity') next.last_message_ms = Math.max(known.last_message_ms, message.at_ms)
  const { kind } = message.author
  const line = lineOf(message)
  if (line !== '') {
    next.preview = line
    next.preview_author = kind
  }
  if (kind === 'visitor' && message.kind === 'text') {
    next.unread += 1
    next.answer_due_since_ms ??= message.at_ms
  } else if (kind === 'agent' && message.kind !== 'note' && message.kind !== 'activity') {
    next.answer_due_since_ms = null
  }
  return put(state, next)
}

/** `messages_seen_by`; marks never go back. @param {State} state @param {{conversation: string, seen_by_agent: number, seen_by_visitor: number}} fact @returns {State} */
export function foldSeen(state, { conversation, seen_by_agent, seen_by_visitor }) {
  const known = conversationOf(state, conversation)
  if (known === null) return state
  const agent = Math.max(known.seen_by_agent, seen_by_agent)
  const visitor = Math.max(known.seen_by_visitor, seen_by_visitor)
  if (agent === known.seen_by_agent && visitor === known.seen_by_visitor) return state
  const unread = agent >= known.head ? 0 : known.unread
  return put(state, { ...known, seen_by_agent: agent, seen_by_visitor: visitor, unread })
}

/** `presence_changed`. @param {State} state @param {{agent: AgentView}} fact @returns {State} */
export function foldPresence(state, { agent }) {
  const agents = new Map(state.agents).set(agent.id, agent)
  return { ...state, agents, me: agent.id === state.me?.id ? agent : state.me }
}

/** `offer_made`. @param {State} state @param {{offer: OfferView, state: AgentConversation}} fact @returns {State} */
export function foldOfferMade(state, fact) {
  const next = put(state, fact.state)
  return { ...next, offers: new Map(state.offers).set(fact.offer.conversation, fact.offer) }
}

/** `offer_ended`. @param {State} state @param {{conversation: string}} fact @returns {State} */
export function foldOfferEnded(state, { conversation }) {
  if (!state.offers.has(conversation)) return state
  const offers = new Map(state.offers)
  offers.delete(conversation)
  return { ...state, offers }
}

/** The ack of accept, take and reopen: it is ours, under this fence. @param {State} state @param {{conversation: string, fence: number}} fact @returns {State} */
export function foldAssigned(state, { conversation, fence }) {
  const next = foldOfferEnded(state, { conversation })
  const known = conversationOf(next, conversation)
  if (known === null || next.me === null || known.fence > fence) return next
  return put(next, {
    ...known, fence, status: 'open', bot_active: false, holder: next.me.id, holder_name: next.me.name,
    offered_to: null, resolved_ms: null,
  })
}

/** What a sync says of where a conversation stands. @param {State} state @param {AgentConversation | null} told @returns {State} */
export function foldSynced(state, told) {
  return told === null ? state : put(state, newer(conversationOf(state, told.conversation), told))
}

/**
 * The beacon: which conversations stand elsewhere than we know, of those that we follow.
 *
 * @param {State} state
 * @param {{heads: readonly import('./types.js').Heads[], queue_revision: number | null}} beacon
 * @param {(conversation: string) => number | null} last newest applied seq of a followed log
 * @returns {{state: State, stale: string[]}}
 */
export function foldBeacon(state, { heads, queue_revision }, last) {
  let next = state
  if (queue_revision !== null && queue_revision > state.revision) next = { ...state, announced: Math.max(state.announced, queue_revision) }
  const stale = []
  for (const head of heads) {
    next = foldSeen(next, head)
    const [known, have] = [conversationOf(next, head.conversation), last(head.conversation)]
    const isOld = known !== null && (known.version < head.version || known.head < head.head)
    if (have !== null && (isOld || have < head.head)) stale.push(head.conversation)
    else if (have === null && isOld) next = { ...next, announced: Math.max(next.announced, next.revision + 1) }
  }
  return { state: next, stale }
}

/** What a message reads like in one line; "" for what leaves the last line as it is. @param {MessageView} message */
export function lineOf(message) {
  if (message.kind === 'activity' || message.kind === 'note') return ''
  if (message.kind === 'card') return message.body.title
  if (message.kind === 'order') return [message.body.number, message.body.carrier].filter(Boolean).join(' · ')
  if (message.kind === 'product' || message.kind === 'link') return message.body.title
  if (message.kind === 'file') return message.body.name
  return message.body.text.replace(/\s+/g, ' ').trim()
}

/** @param {State} state @param {AgentConversation} told @returns {State} */
function put(state, told) {
  const id = told.conversation
  const [conversations, closed] = [new Map(state.conversations), new Map(state.closed)]
  if (told.status === 'resolved') {
    conversations.delete(id)
    closed.set(id, told)
  } else {
    closed.delete(id)
    conversations.set(id, told)
  }
  return { ...state, conversations, closed }
}

/** @param {State} state @param {number} revision @returns {State} */
function step(state, revision) {
  if (revision <= state.revision) return state
  const follows = revision === state.revision + 1
  return { ...state, revision: follows ? revision : state.revision, announced: Math.max(state.announced, revision) }
}

/** Of two states of one conversation the newer. @param {AgentConversation | null} known @param {AgentConversation} told */
function newer(known, told) {
  if (known === null || told.version > known.version) return told
  return told.version === known.version && told.head >= known.head ? told : known
}

/** @param {readonly AgentConversation[]} conversations */
function byId(conversations) {
  return new Map(conversations.map(one => [one.conversation, one]))
}
