// The panel's page: reads what the server put in, dresses, draws, and begins.

import { h, render } from 'preact'
import { useEffect, useLayoutEffect, useReducer } from 'preact/hooks'
import { paint } from '../look/paint.js'
import { Banner, Unreachable } from './banner.js'
import { Composer } from './composer.js'
import { makeDesk } from './desk.js'
import { readFrame } from './frame.js'
import { Home, Minimise, Privacy } from './home.js'
import { Icon, html, setDesk, useDesk } from './kit.js'
import { Head } from './menu.js'
import { Thread } from './thread.js'
import './panel.css'

function Panel() {
  const { subscribe, t, screen, shown, line, state, close, frame, memory } = useDesk()
  const [, draw] = useReducer((/** @type {number} */ n) => n + 1, 0)
  useLayoutEffect(() => subscribe(() => draw(undefined)), [])
  const refused = line.value.phase === 'refused'
  const at = refused ? 'refused' : screen.value

  useEffect(() => {
    if (!shown.value) return
    const first = document.querySelector(at === 'thread' && matchMedia('(hover: hover)').matches ? '#write' : 'h1')
    if (first instanceof HTMLElement) first.focus({ preventScroll: true })
  }, [at, shown.value])
  const key = (/** @type {KeyboardEvent} */ event) => { if (event.key === 'Escape' && !event.isComposing) close() }

  return html`<div class="panel" onKeyDown=${key}>
    ${refused
      ? html`<header class="bar bare"><div class="who brand"><bdi>${frame.site.name}</bdi></div><${Minimise} /></header><${Unreachable} />`
      : screen.value === 'home'
        ? html`<${Home} />`
        : html`<${Head} /><${Banner} /><${Thread} />
          <footer>${state.value.messages.length + state.value.pending.length === 0 && html`<${Privacy} />`}<${Composer} />
            ${memory.value && html`<p class="fine" role="note"><${Icon} name="alert" small /><span>${t('widget.storage.memory')}</span></p>`}</footer>`}
  </div>`
}

const frame = readFrame()
const root = document.documentElement
const desk = makeDesk(frame, (colour, theme) => {
  paint(root, typeof colour === 'string' ? colour : null)
  if (theme === 'light' || theme === 'dark' || theme === 'auto') root.dataset.theme = theme
})
paint(root, frame.site.accent ?? frame.site.color)
const mount = document.getElementById('panel')
setDesk(desk)
if (mount) render(h(Panel, null), mount)
void desk.start()
