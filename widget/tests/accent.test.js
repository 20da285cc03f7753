import { isColour } from '../src/look/colour.js'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { adapt, contrast } from '../src/look/accent.js'

test('every colour a shop could pick is legible, in both modes', () => {
  for (let v = 0; v <= 0xffffff; v += 16_411) {
    const hex = `#${v.toString(16).padStart(6, '0')}`
    const { light, dark } = adapt(hex)
    for (const [mode, surface, ground] of [[light, '#ffffff', '#f3f1ed'], [dark, '#1a1917', '#2c2a27']]) {
      assert.ok(contrast(mode.accent, mode.on) >= 4.5, hex)
      for (const under of [ground, mode.soft, surface]) assert.ok(contrast(mode.ink, under) >= 4.5, hex)
      const part = mode.edge ?? mode.accent
      assert.ok(contrast(part, surface) >= 3, hex)
    }
  }
})

test('only #rrggbb is a colour', () => {
  assert.ok(isColour('#1F5f4d'))
  for (const not of ['red', '#fff', '#1f5f4d;x', '', null, 7]) assert.equal(isColour(not), false)
})
