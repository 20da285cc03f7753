import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { dayOf, itemsOf, linksOf, wayOf } from '../src/core/orders.js'

const order = (over = {}) => ({
  number: 'AV-20418', step: 'shipped', placed: '2026-11-18', expected: '2026-11-24', carrier: 'Aras Kargo', tracking_number: '99',
  tracking_url: 'https://kargotakip.araskargo.com.tr/mainpage.aspx?code=99', items: [], cancellable: null, returnable: null,
  cancel_url: 'https://avlu.example/iptal', return_url: 'https://avlu.example/iade', invoice_url: '', ...over,
})
const states = step => wayOf(step).map(({ state }) => state).join(' ')

test('the way is as far as the order', () => {
  assert.equal(states('received'), 'now ahead ahead ahead')
  assert.equal(states('shipped'), 'done done now ahead')
  assert.equal(states('delivered'), 'done done done done')
  assert.equal(states('cancelled') + states('returned') + states('lost'), '')
})

test('links are those that still make sense, and https alone', () => {
  const names = over => linksOf(order(over)).map(({ name }) => name).join(' ')
  assert.equal(names({}), 'track')
  assert.equal(names({ step: 'preparing' }), 'track cancel')
  assert.equal(names({ step: 'preparing', cancellable: false }), 'track')
  assert.equal(names({ step: 'delivered', invoice_url: 'https://avlu.example/f' }), 'track return invoice')
  assert.equal(names({ step: 'cancelled' }), '')
  for (const url of ['javascript:alert(1)', 'http://a.example/', 'https://a@b.example/', 'nonsense']) assert.equal(names({ tracking_url: url }), '')
})

test('the day that is worth saying', () => {
  assert.equal(dayOf(order()).key, 'order.expected')
  assert.equal(new Date(dayOf(order()).atMs).toISOString().slice(0, 10), '2026-11-24')
  assert.equal(dayOf(order({ step: 'delivered' })).key, 'order.placed')
  assert.equal(dayOf(order({ expected: null, placed: null })), null)
})

test('a few things are named, the others counted', () => {
  assert.deepEqual(itemsOf(['a', 'b', 'c']), { shown: ['a', 'b', 'c'], more: 0 })
  assert.deepEqual(itemsOf(['a', 'b', 'c', 'd']), { shown: ['a', 'b'], more: 2 })
})

test('every word of the card is there in both languages', () => {
  const tables = ['tr', 'en'].map(language => JSON.parse(readFileSync(new URL(`../../chatserver/locales/${language}/shared.json`, import.meta.url), 'utf8')))
  const steps = ['received', 'preparing', 'shipped', 'delivered']
  const keys = [
    ...[...steps, 'cancelled', 'returned'].map(step => `order.step.${step}`), ...steps.map(step => `order.short.${step}`),
    ...['track', 'cancel', 'return', 'invoice'].map(name => `order.link.${name}`), 'order.title', 'order.done', 'order.steps',
    'order.expected', 'order.placed', 'order.more.one', 'order.more.other',
  ].sort()
  for (const table of tables) assert.deepEqual(Object.keys(table).filter(key => key.startsWith('order.')).sort(), keys)
})
