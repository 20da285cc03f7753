// Every key is used, every used key exists, both languages have the same keys and placeholders.

import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { test } from 'node:test'

const root = new URL('../../../', import.meta.url)
const table = language => JSON.parse(readFileSync(new URL(`chatserver/locales/${language}/console.json`, root), 'utf8'))
const [tr, en] = [table('tr'), table('en')]
const folder = new URL('widget/src/console/', root)
const source = readdirSync(folder, { recursive: true }).filter(name => name.endsWith('.js'))
  .map(name => readFileSync(new URL(name, folder), 'utf8')).join('\n')
const bare = key => key.replace(/\.(one|other)$/, '')
const placeholders = text => [...text.matchAll(/\{(\w+)\}/g)].map(found => found[1]).filter(name => name !== 'count').sort()

test('both languages have the same keys and placeholders', () => {
  assert.deepEqual(Object.keys(tr), Object.keys(en))
  for (const key of Object.keys(tr)) assert.deepEqual(placeholders(tr[key]), placeholders(en[key]), key)
})

test('no Turkish string puts a suffix on a variable, and none shouts', () => {
  for (const [key, text] of Object.entries(tr)) {
    assert.doesNotMatch(text, /\}['’\p{L}]/u, key)
    assert.doesNotMatch(text, /!/, key)
  }
})

test('every key the source names exists', () => {
  const known = new Set(Object.keys(tr).flatMap(key => [key, bare(key)]))
  for (const [, key] of source.matchAll(/'(console\.[a-z_.0-9]+)'/g)) {
    if (key === 'console.prefs' || key.endsWith('.')) continue
    assert.ok(known.has(key), key)
  }
})

test('every key is used, by name or by a family', () => {
  const families = [...source.matchAll(/`(console\.[^`$]*)\$\{/g)].map(found => found[1]).filter(family => family !== 'console.')
  for (const key of Object.keys(tr).map(bare)) {
    const isUsed = source.includes(`'${key}'`) || families.some(family => key.startsWith(family))
    assert.ok(isUsed, key)
  }
})
