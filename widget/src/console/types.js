// The shapes of the agent's side of the wire, as types only; the truth is chatserver/protocol.

/**
 * @typedef {import('../core/wire.js').MessageView} MessageView
 * @typedef {import('../core/wire.js').AuthorView} AuthorView
 * @typedef {import('../core/wire.js').ActivityView} ActivityView
 * @typedef {import('../core/wire.js').Heads} Heads
 * @typedef {import('../core/wire.js').Limits} Limits
 * @typedef {import('../core/wire.js').Synced} Synced
 *
 * @typedef {'available' | 'busy' | 'away' | 'offline'} Availability
 *
 * @typedef {object} AgentConversation
 * @property {string} conversation
 * @property {string} site
 * @property {string} site_name
 * @property {string} team
 * @property {string} team_name
 * @property {'bot' | 'waiting' | 'open' | 'resolved'} status
 * @property {boolean} bot_active
 * @property {string | null} holder
 * @property {string | null} holder_name
 * @property {number} fence
 * @property {string} priority
 * @property {number} head
 * @property {number} version raised by every change of state
 * @property {number} seen_by_agent
 * @property {number} seen_by_visitor
 * @property {number} opened_ms
 * @property {number | null} waiting_since_ms
 * @property {number | null} answer_due_since_ms
 * @property {number} last_message_ms
 * @property {number | null} resolved_ms
 * @property {number} unread
 * @property {string} visitor
 * @property {string} visitor_name
 * @property {string} language
 * @property {string} handoff_reason
 * @property {Record<string, string>} details
 * @property {string} preview
 * @property {string} preview_author
 * @property {string | null} offered_to
 * @property {string} answers_to
 *
 * @typedef {{conversation: string, expires_ms: number, made_ms: number}} OfferView
 * @typedef {{id: string, name: string, availability: Availability, present: boolean, load: number,
 *   capacity: number, teams: string[]}} AgentView
 * @typedef {{id: string, name: string, site: string}} TeamView
 *
 * @typedef {object} Queue
 * @property {number} revision
 * @property {string} epoch
 * @property {AgentConversation[]} conversations
 * @property {OfferView[]} offers
 * @property {AgentView[]} agents
 * @property {TeamView[]} teams
 * @property {Record<string, string>} drafts
 * @property {AgentView} me
 * @property {number} server_time_ms
 *
 * @typedef {{epoch: string, heads: Heads[], queue_revision: number, me: AgentView, limits: Limits,
 *   server_time_ms: number}} AgentReady
 * @typedef {Synced & {state: AgentConversation | null}} AgentSynced
 *
 * @typedef {object} Context
 * @property {string} conversation
 * @property {string} visitor
 * @property {string} name
 * @property {string} email
 * @property {string} phone
 * @property {boolean} verified
 * @property {{customer: string, name: string, email: string, shop: Record<string, any>, until_ms: number} | null} identity whom the site vouches for
 * @property {string} language
 * @property {string} device
 * @property {boolean} online
 * @property {number} first_seen_ms
 * @property {number} last_seen_ms
 * @property {{url: string, title: string, at_ms: number}[]} pages
 * @property {{conversation: string, opened_ms: number, status: string, agent: string, preview: string}[]} past
 * @property {Record<string, any>} shop what the shop's page says, unverified
 * @property {boolean | null} consent
 * @property {number | null} rating
 *
 * @typedef {object} ConsoleData
 * @property {'tr' | 'en'} language
 * @property {Record<string, string>} words
 * @property {{id: string, name: string, role: string, email: string}} me
 * @property {Record<string, string>} site_names
 * @property {number} protocol
 * @property {string} version
 * @property {{sign_out: string, transcripts: string, faq: string}} urls
 */

export {}
