// Prices as people write them, what a shop's page says of a product, and what a card shows.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cardOf, draftFrom, EMPTY, kurusOf } from '../src/console/cards.js'
import { isForBasket, money, wayTo } from '../src/core/cards.js'

test('a price is read as it was meant', () => {
  for (const [said, kurus] of /** @type {[string, number | null][]} */ ([
    ['1.499,90', 149990], ['1.499,90 TL', 149990], ['₺1.499,9', 149990], ['1,499.90', 149990], ['1499,90', 149990], ['1499.90', 149990],
    ['1.500', 150000], ['1,500', 150000], ['12.345.678,05', 1234567805], ['0', 0], ['79', 7900], ['', null], ['  ', null],
  ])) assert.equal(kurusOf(said), kurus, said)
  for (const said of ['çok', '-5', '1.2.3', '1,2,3', '1e3', '12.34,5x']) {
    assert.ok(Number.isNaN(kurusOf(said)), said)
  }
})

test('and written as shoppers read it', () => {
  assert.equal(money(149990, 'tr'), '1.499,90\u00a0TL')
  assert.equal(money(150000, 'tr'), '1.500\u00a0TL')
  assert.equal(money(149990, 'en'), 'TRY\u00a01,499.90')
})

test('a product of the page becomes a card, and nothing else does', () => {
  const base = 'https://avlu.example/urun/fincan'
  assert.deepEqual(draftFrom({ name: ' Fincan ', price: 249.9, stock: 2, image: '/f.jpg', id: 7 }, base),
    { ...EMPTY, title: 'Fincan', url: base, price: '249,90', stock: 'few', image: 'https://avlu.example/f.jpg', sku: '7' })
  assert.equal(draftFrom({ title: 'x', url: 'javascript:alert(1)', image: 'http://a/b', stock: 'çok' }, base)?.url, '')
  for (const said of [null, 'Fincan', {}, { title: '' }, { title: 7 }, []]) assert.equal(draftFrom(said, base), null)
})

test('what can not be shown is named by its field', () => {
  const good = { ...EMPTY, title: 'Fincan', url: 'https://avlu.example/f', price: '249,90', sku: 'F-1' }
  assert.deepEqual(cardOf(good), { wrong: null, card: { product: { title: 'Fincan', url: 'https://avlu.example/f', price_kurus: 24990, stock: 'unknown', image: '', sku: 'F-1' } } })
  for (const [field, value] of [['title', ' '], ['url', 'http://avlu.example/'], ['url', 'https://a@b.example/'], ['price', 'ucuz'], ['image', 'fincan.jpg']]) {
    assert.equal(cardOf({ ...good, [field]: value }).wrong, field)
  }
  assert.deepEqual(cardOf({ ...good, kind: 'link', text: ' Bakın ' }), { wrong: null, card: { link: { title: 'Fincan', url: 'https://avlu.example/f', text: 'Bakın' } } })
})

test('the host that is shown is where it leads', () => {
  assert.deepEqual(wayTo('https://www.avlu.example/a'), { href: 'https://www.avlu.example/a', host: 'avlu.example' })
  assert.equal(wayTo('https://avlu\u0131.example/')?.host, 'xn--avlu-oza.example')
  for (const url of ['javascript:alert(1)', 'http://avlu.example', 'https://a@b.example', 'x']) assert.equal(wayTo(url), null)
})

test('into the basket goes what the shop knows, has and listens for', () => {
  /** @type {import('../src/core/wire.js').ProductView} */
  const product = { title: 'x', url: 'https://a.example', price_kurus: null, stock: 'in', image: false, sku: 'X' }
  assert.ok(isForBasket(product, true))
  assert.ok(!isForBasket(product, false) && !isForBasket({ ...product, sku: '' }, true) && !isForBasket({ ...product, stock: 'out' }, true))
})
