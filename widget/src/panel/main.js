// The panel's page: reads what the server put in, dresses, draws, and begins.

import { h, render } from 'preact'
import * as hooks from 'preact/hooks'
import { isColour } from '../look/colour.js'
import { paint } from '../look/paint.js'
import { renderNodes } from '../core/nodes.js'
import { Banner, Unreachable } from './banner.js'
import { Composer } from './composer.js'
import { makeDesk } from './desk.js'
import { readFrame } from './frame.js'
import { Home, Minimise, Privacy } from './home.js'
import { Icon, html, setDesk, useDesk } from './kit.js'
import { Head } from './menu.js'
import { Thread } from './thread.js'
import './panel.css'

const { useEffect, useLayoutEffect, useReducer } = hooks

function Panel() {
  const it = useDesk()
  const { subscribe, t, screen, shown, line, state, close, frame, memory } = useDesk()
  const [, draw] = useReducer((/** @type {number} */ n) => n + 1, 0)
  useLayoutEffect(() => subscribe(() => draw(undefined)), [])
  const refused = line.value.phase === 'refused'
  const before = screen.value === 'thread' && it.asksBefore
  const at = refused ? 'refused' : before ? 'before' : screen.value
  const part = before ? 'Before' : screen.value === 'data' ? 'Data' : null

  useEffect(() => {
    if (!shown.value) return
    const first = document.querySelector(at === 'thread' && matchMedia('(hover: hover)').matches ? '#write' : 'h1')
    if (first instanceof HTMLElement) first.focus({ preventScroll: true })
    if (part !== null) void it.more().catch(() => {})
  }, [at, shown.value, part !== null && it.parts.value !== null])
  // Also where nothing has the focus, as after the press of a button that is no more.
  useEffect(() => { document.onkeydown = event => { if (event.key === 'Escape' && !event.isComposing) close() } }, [])

  return html`<div class="panel">
    ${refused
      ? html`<header class="bar bare"><div class="who brand"><bdi>${frame.site.name}</bdi></div><${Minimise} /></header><${Unreachable} />`
      : part !== null
        ? it.parts.value === null ? html`<p class="activity empty" role="status">${t('action.loading')}</p>` : h(it.parts.value[part], null)
      : screen.value === 'home'
        ? html`<${Home} />`
        : html`<${Head} /><${Banner} /><${Thread} />
          <footer>${state.value.messages.length + state.value.pending.length === 0 && html`<${Privacy} />`}${it.parts.value && html`<${it.parts.value.Uploads} />`}<${Composer} />
            ${memory.value && html`<p class="fine" role="note"><${Icon} name="alert" small /><span>${t('widget.storage.memory')}</span></p>`}</footer>`}
  </div>`
}

const frame = readFrame()
const root = document.documentElement
const desk = makeDesk(frame, (colour, theme) => {
  if (isColour(colour)) void desk.more().then(({ adapt }) => paint(root, adapt(colour))).catch(() => {})
  if (theme === 'light' || theme === 'dark' || theme === 'auto') root.dataset.theme = theme
}, () => ({ desk, html, h, Icon, Minimise, renderNodes, hooks }))
paint(root, frame.site.accent)
const mount = document.getElementById('panel')
setDesk(desk)
if (mount) render(h(Panel, null), mount)
// The help centre's "ask us" brings the question along; it is sent when the shopper presses send.
const asked = frame.hosted ? new URLSearchParams(location.search).get('ask') : null
if (asked) desk.prefill.value = asked.slice(0, 4000)
// So does the link in a mail: straight to the answer.
if (asked || (frame.hosted && location.hash)) desk.openThread()
// What is kept on this device can wait where it is most likely nothing: the picture comes first.
if (frame.first) requestAnimationFrame(() => setTimeout(() => { void desk.start() }))
else void desk.start()
