import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { test } from 'node:test'

const root = new URL('../../', import.meta.url)
const read = (language, area) => JSON.parse(readFileSync(new URL(`chatserver/locales/${language}/${area}.json`, root), 'utf8'))
const [tr, en] = ['tr', 'en'].map(language => ({ ...read(language, 'widget'), ...read(language, 'more') }))
const sources = ['panel', 'panel/more', 'loader'].flatMap(folder => readdirSync(new URL(`widget/src/${folder}/`, root)).filter(name => name.endsWith('.js'))
  .map(name => readFileSync(new URL(`widget/src/${folder}/${name}`, root), 'utf8'))).join('\n') +
  readFileSync(new URL('widget/build.mjs', root), 'utf8')
const placeholders = text => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort().join()

test('both languages have the same keys with the same placeholders', () => {
  assert.deepEqual(Object.keys(tr), Object.keys(en))
  for (const key of Object.keys(tr)) assert.equal(placeholders(tr[key]), placeholders(en[key]), key)
})

test('every key is used, and every key that is used exists', () => {
  const used = new Set([...sources.matchAll(/['`]((?:widget|more)\.[\w.]+)['`]/g)].map(([, key]) => key))
  const parts = [...sources.matchAll(/`((?:widget|more)\.[\w.]+\.)\$\{/g)].map(([, start]) => start)
  for (const key of Object.keys(tr)) {
    const plain = key.replace(/\.(one|other)$/, '')
    assert.ok(used.has(key) || used.has(plain) || parts.some(start => key.startsWith(start)), `${key} is not used`)
  }
  const shared = read('tr', 'shared')
  for (const key of used) if (key !== 'widget.js' && key !== 'more.js') assert.ok(key in tr || `${key}.other` in tr || key in shared, `${key} does not exist`)
})

test('nothing is glued to a placeholder, no straight quotes, no shouting', () => {
  for (const [key, text] of [...Object.entries(tr), ...Object.entries(en)]) {
    assert.doesNotMatch(text, /\}[\p{L}’']/u, key)
    assert.doesNotMatch(text, /['"!]|\.\.\./, key)
  }
})
