// Which key means what, and which press sends.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commandOf, sends } from '../../src/console/keys.js'

const press = (key, more = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more })
const outside = { inField: false, inDialog: false, singles: true }

test('single keys work outside fields only, and can be switched off', () => {
  assert.equal(commandOf(press('r'), outside), 'reply')
  assert.equal(commandOf(press('?', { shiftKey: true }), outside), 'help')
  assert.equal(commandOf(press('r'), { ...outside, inField: true }), null)
  assert.equal(commandOf(press('r'), { ...outside, singles: false }), null)
  assert.equal(commandOf(press('r'), { ...outside, inDialog: true }), null)
})

test('Alt and AltGr belong to the keyboard, Ctrl combinations to the browser', () => {
  assert.equal(commandOf(press('@', { altKey: true, ctrlKey: true }), outside), null)
  assert.equal(commandOf(press('t', { ctrlKey: true }), outside), null)
  assert.equal(commandOf(press('k', { ctrlKey: true }), { ...outside, inField: true }), 'palette')
  assert.equal(commandOf(press('k', { metaKey: true }), outside), 'palette')
})

test('Enter sends a reply, a note needs Ctrl or ⌘', () => {
  assert.equal(sends(press('Enter'), 'reply'), true)
  assert.equal(sends(press('Enter'), 'note'), false)
  assert.equal(sends(press('Enter', { ctrlKey: true }), 'note'), true)
  assert.equal(sends(press('Enter', { metaKey: true }), 'note'), true)
  assert.equal(sends(press('Enter', { shiftKey: true }), 'reply'), false)
  assert.equal(sends(press('Enter', { isComposing: true }), 'reply'), false)
})
