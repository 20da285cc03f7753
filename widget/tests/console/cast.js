// The people and conversations of the console's tests.

export const ELIF = { id: 'agent-elif', name: 'Elif Şahin', availability: 'available', present: true, load: 1, capacity: 5, teams: ['team-orders'] }
export const BURAK = { ...ELIF, id: 'agent-burak', name: 'Burak Demirtaş' }

export function conversation(id, more = {}) {
  return {
    conversation: id, site: 'demo', site_name: 'demo', team: 'team-orders', team_name: 'Sipariş', status: 'waiting',
    bot_active: false, holder: null, holder_name: null, fence: 0, priority: 'normal', head: 1, version: 1,
    seen_by_agent: 0, seen_by_visitor: 0, opened_ms: 0, waiting_since_ms: 1000, answer_due_since_ms: 1000,
    last_message_ms: 1000, resolved_ms: null, unread: 1, visitor: `visitor-${id}`, visitor_name: 'Ada', language: 'tr',
    handoff_reason: '', details: {}, preview: 'Merhaba', preview_author: 'visitor', offered_to: null, answers_to: '', ...more,
  }
}

export const mine = (id, more = {}) => conversation(id, { status: 'open', holder: ELIF.id, holder_name: ELIF.name, waiting_since_ms: null, ...more })

export function queue(conversations, more = {}) {
  return {
    revision: 5, epoch: 'epoch-1', conversations, offers: [], agents: [ELIF, BURAK],
    teams: [{ id: 'team-orders', name: 'Sipariş', site: 'demo' }], drafts: {}, me: ELIF, server_time_ms: 0, ...more,
  }
}

export function message(seq, kind = 'visitor', more = {}) {
  const author = { kind, name: kind === 'agent' ? ELIF.name : '', id: kind === 'agent' ? ELIF.id : null }
  return {
    conversation: 'c1', epoch: 'epoch-1', seq, previous_seq: seq - 1, at_ms: seq * 1000, client_id: null, author,
    kind: 'text', body: { text: `söz ${seq}`, choice: null }, ...more,
  }
}

export const activity = (seq, type, more = {}) => message(seq, 'system', {
  kind: 'activity', body: { type, actor: '', target: '', reason: '', details: {}, ...more },
})

export class ManualClock {
  #now = 0
  #timers = []
  now = () => this.#now
  after = (run, ms) => {
    const timer = { run, at: this.#now + ms }
    this.#timers.push(timer)
    return timer
  }

  cancel = timer => { this.#timers = this.#timers.filter(other => other !== timer) }

  pass(ms) {
    this.#now += ms
    const due = this.#timers.filter(timer => timer.at <= this.#now)
    this.#timers = this.#timers.filter(timer => timer.at > this.#now)
    for (const timer of due) timer.run()
  }
}
