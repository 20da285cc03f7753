// The wire's shapes, as types only; the truth is chatserver/protocol.

/**
 * @typedef {'visitor' | 'agent' | 'bot' | 'system'} AuthorKind
 * @typedef {{kind: AuthorKind, name: string, id: string | null}} AuthorView
 * @typedef {{type: 'text' | 'strong' | 'em' | 'link' | 'paragraph' | 'list' | 'ordered_list' | 'item' | 'break',
 *   text?: string, href?: string, children?: MarkdownNode[]}} MarkdownNode
 * @typedef {{value: string, label: string}} OptionView
 * @typedef {{text: string, choice: string | null, reply_to?: number | null}} TextView
 * @typedef {{file: string, name: string, media_type: string, size: number, width: number, height: number}} FileView
 * @typedef {{score: number, reasons: string[], text: string}} RatingView
 * @typedef {{text: string, options: OptionView[], purpose: string}} ChoicesView
 * @typedef {{entry: string, title: string, nodes: MarkdownNode[], confidence: number | null}} CardView
 * @typedef {'received' | 'preparing' | 'shipped' | 'delivered' | 'cancelled' | 'returned'} OrderStep
 * @typedef {{number: string, step: OrderStep, placed: string | null, expected: string | null, carrier: string,
 *   tracking_number: string, tracking_url: string, items: string[], cancellable: boolean | null,
 *   returnable: boolean | null, cancel_url: string, return_url: string, invoice_url: string}} OrderView
 * @typedef {{title: string, url: string, price_kurus: number | null, stock: 'in' | 'few' | 'out' | 'unknown',
 *   image: boolean, sku: string}} ProductView
 * @typedef {{title: string, url: string, text: string}} LinkView
 * @typedef {{text: string, slot: string, step: number, steps: number, skippable: boolean, error: string | null, label: string}} FormView
 * @typedef {{type: string, actor: string, target: string, reason: string, details: Record<string, string>}} ActivityView
 *
 * @typedef {object} WhyView
 * @property {string} kind
 * @property {string} key
 * @property {string} version
 * @property {number | null} confidence
 * @property {string} runner_up
 * @property {number | null} runner_up_confidence
 * @property {string[]} slots
 * @property {string} judgement
 * @property {string} language
 * @property {number} took_ms
 *
 * @typedef {object} MessageBase
 * @property {string} conversation
 * @property {string} epoch
 * @property {number} seq
 * @property {number} previous_seq
 * @property {number} at_ms
 * @property {string | null} client_id
 * @property {AuthorView} author
 * @property {WhyView | null} why
 *
 * @typedef {MessageBase & (
 *   {kind: 'text' | 'note', body: TextView} | {kind: 'choices', body: ChoicesView} |
 *   {kind: 'card', body: CardView} | {kind: 'order', body: OrderView} | {kind: 'form', body: FormView} |
 *   {kind: 'product', body: ProductView} | {kind: 'link', body: LinkView} |
 *   {kind: 'file', body: FileView} | {kind: 'rating', body: RatingView} |
 *   {kind: 'activity', body: ActivityView})} MessageView
 *
 * @typedef {{state: 'free' | 'busy' | 'away', open: boolean | null, opens_at_ms: number | null,
 *   faces: string[], back?: Record<string, string>, holiday?: Record<string, string>}} PeopleView
 *
 * @typedef {object} VisitorState
 * @property {string} conversation
 * @property {'bot' | 'waiting' | 'open' | 'resolved'} status
 * @property {boolean} bot_active
 * @property {string | null} agent
 * @property {number | null} position
 * @property {number} head
 * @property {number} seen_by_agent
 * @property {number} seen_by_visitor
 * @property {number | null} resolved_ms
 * @property {PeopleView} people
 * @property {{low_ms: number, high_ms: number} | null} [wait] half of those before waited between these
 * @property {number | null} [rating]
 * @property {string} [answers_to]
 * @property {number} version grows with every change of the state
 *
 * @typedef {{conversation: string, head: number, seen_by_agent: number, seen_by_visitor: number,
 *   version: number}} Heads
 * @typedef {{max_text_chars: number, max_sync_messages: number, max_file_bytes?: number}} Limits
 *
 * @typedef {object} VisitorReady
 * @property {string} epoch
 * @property {boolean} authenticated
 * @property {boolean} [identified] by the site's word
 * @property {VisitorState[]} conversations
 * @property {PeopleView} people
 * @property {Limits} limits
 * @property {number} server_time_ms
 *
 * @typedef {object} Synced
 * @property {string} conversation
 * @property {string} epoch
 * @property {number} head
 * @property {MessageView[]} messages
 * @property {boolean} more
 * @property {boolean} reset
 * @property {boolean} [missing]
 *
 * @typedef {Synced & {state: VisitorState | null}} VisitorSynced
 *
 * @typedef {{ok: false, code: string, message: string, retry: boolean, after_ms: number | null}} Refused
 * @typedef {{ok: true, conversation: string, seq: number, at_ms: number, duplicate: boolean}} MessageSent
 * @typedef {{url: string, title: string, referrer: string}} Page
 */

/** The protocol's version; said at connect. */
export const VERSION = 1
