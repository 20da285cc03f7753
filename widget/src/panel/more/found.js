// Answers in place: what the FAQ has for what is being typed.

/** A pause this long in typing asks, milliseconds. */
const PAUSE_MS = 250

/** @param {import('./make.js').Kit} kit */
export function makeFound({ desk, html, h, Icon, renderNodes, hooks: { useEffect, useState }, say }) {
  const { frame } = desk
  /** @type {Map<string, any[]>} */
  const known = new Map()

  /** @param {string} query */
  async function search(query) {
    const answer = await fetch(`/frame/${frame.site.key}/search?${new URLSearchParams({ q: query, lang: frame.language })}`)
    if (!answer.ok) throw new Error(`${answer.status}`)
    const { entries } = await answer.json()
    known.set(query, entries)
    return entries
  }

  /** @param {{query: string}} props */
  return function Found({ query }) {
    const wanted = query.trim()
    const [entries, setEntries] = useState(/** @type {any[] | null} */ (known.get(wanted) ?? null))
    useEffect(() => {
      const there = known.get(wanted)
      if (there) return setEntries(there)
      let late = false
      const timer = setTimeout(() => search(wanted).then(found => { if (!late) setEntries(found) }, () => { if (!late) setEntries([]) }), PAUSE_MS)
      return () => { late = true; clearTimeout(timer) }
    }, [wanted])
    if (entries === null) return null
    return html`<div>
      <p class="hush" role="status">${entries.length === 0 ? say('widget.search.none') : say('widget.search.found', { count: entries.length })}</p>
      ${entries.length === 0
        ? html`<p class="fine none" aria-hidden="true">${say('widget.search.none')}</p>`
        : html`<div class="card rows found">${entries.map((one, at) => html`<details key=${one.entry} open=${at === 0} name="found">
            <summary class="row"><span dir="auto">${one.question}</span><${Icon} name="next" small /></summary>
            <div class="in md" dir="auto">${renderNodes(one.nodes, h)}</div></details>`)}</div>`}
    </div>`
  }
}
