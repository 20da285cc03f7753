// The thread: days, messages, what is on its way, who types. It stays at its end while one reads
// there, and says so when something new is below.

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { linesOf, splitBotPart } from '../threads.js'
import { html, useApp } from './html.js'
import { Icon } from './icons.js'
import { Message, Pending } from './message.js'
import { visitorName } from '../wording.js'

const NEAR_PX = 80

/** @param {{one: import('../types.js').AgentConversation}} props */
export function Thread({ one }) {
  const { model, actions, times, t } = useApp()
  const id = one.conversation
  void model.logTick.value
  const log = model.logs.value.get(id)
  const messages = log?.messages ?? []
  const { people } = splitBotPart(messages)
  const entries = model.entries.value.filter(entry => entry.lane === id && entry.state !== 'sent' || entry.lane === id && !log?.has(entry.client_id))
  const box = useRef(/** @type {HTMLElement | null} */ (null))
  const isAtEnd = useRef(true)
  const [hasNews, setNews] = useState(false)
  // History goes in first; only then does a screen reader hear what is new.
  const [isLive, setLive] = useState(false)
  const last = messages[messages.length - 1]?.seq ?? 0
  const typers = [...(model.typing.value.get(id)?.values() ?? [])].filter(typer => typer.kind === 'visitor')
  const see = () => {
    const isShown = document.visibilityState === 'visible' && (model.pane.value === 'talk' || window.innerWidth > 560)
    if (isShown && isAtEnd.current && last > 0) actions.saw(one, last)
  }
  const toEnd = () => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight
    isAtEnd.current = true
    setNews(false)
  }
  useLayoutEffect(() => {
    if (isAtEnd.current) toEnd()
    else setNews(true)
  }, [last, entries.length])
  useLayoutEffect(() => { if (isAtEnd.current) toEnd() }, [typers.length, one.seen_by_visitor])
  useEffect(see, [last, one.seen_by_agent, model.pane.value, model.line.value.phase, one.status, one.holder])
  useEffect(() => {
    document.addEventListener('visibilitychange', see)
    window.addEventListener('focus', see)
    const sizes = new ResizeObserver(() => { if (isAtEnd.current) toEnd() })
    if (box.current) sizes.observe(box.current)
    return () => {
      document.removeEventListener('visibilitychange', see)
      window.removeEventListener('focus', see)
      sizes.disconnect()
    }
  }, [last, one])
  useEffect(() => {
    if (log === undefined || last === 0) return
    const timer = setTimeout(() => setLive(true), 800)
    return () => clearTimeout(timer)
  }, [last > 0])
  const scrolled = () => {
    const pane = box.current
    if (!pane) return
    isAtEnd.current = pane.scrollHeight - pane.scrollTop - pane.clientHeight < NEAR_PX
    if (isAtEnd.current) {
      setNews(false)
      see()
    }
  }
  const lines = linesOf(people, times.dayKey, model.freshAfter.value.get(id))
  const seenSeq = lastSeen(people, one.seen_by_visitor)
  return html`<div class="thread-wrap"><div ref=${box} class="thread" id="thread" role="region" aria-label=${t('console.thread')} tabindex="0" onScroll=${scrolled}><div class="inner">
      ${log === undefined || (messages.length === 0 && one.head > 0) ? html`<div class="skeleton" aria-hidden="true"><i></i><i></i><i></i></div>` : null}
      <div role="log" aria-label=${t('console.thread')} aria-live=${isLive ? 'polite' : 'off'}><ol>
        ${lines.map(line => line.type === 'day' ? html`<li key=${line.key} class="day">${day(times, t, line.at_ms)}</li>`
          : line.type === 'fresh' ? html`<li key="fresh" class="newline">${t('console.fresh')}</li>`
            : html`<${Message} key=${line.key} message=${line.message} one=${one} follows=${line.follows} isLastSeen=${line.message.seq === seenSeq} />`)}
        ${entries.map((entry, at) => html`<${Pending} key=${entry.client_id} entry=${entry} place=${at + 1} />`)}
      </ol></div>
      ${typers.length > 0 ? html`<p class="act"><span class="ty"><span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>${t('console.typing.visitor', { visitor: visitorName(t, one) })}</span></p>` : null}
    </div></div>
    ${hasNews ? html`<button type="button" class="btn sm jump" onClick=${toEnd}><${Icon} name="down" size="s" />${t('console.jump')}</button>` : null}
  </div>`
}

/** The newest own line that the visitor has read. @param {readonly import('../types.js').MessageView[]} messages @param {number} seenByVisitor */
function lastSeen(messages, seenByVisitor) {
  for (let at = messages.length - 1; at >= 0; at -= 1) {
    const one = messages[at]
    if (one.author.kind === 'agent' && one.kind === 'text') return one.seq <= seenByVisitor ? one.seq : 0
    if (one.author.kind === 'visitor') return 0
  }
  return 0
}

/** @param {ReturnType<typeof useApp>['times']} times @param {ReturnType<typeof useApp>['t']} t @param {number} ms */
function day(times, t, ms) {
  const ahead = times.daysAhead(ms)
  return ahead === 0 ? t('console.day.today') : ahead === -1 ? t('console.day.yesterday') : times.fullDate(ms)
}
