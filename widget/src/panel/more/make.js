// What the panel fetches when somebody needs it: search, files on their way, rating, what is asked
// before, own data. It brings its words along and is handed the panel's own parts.

import { adapt } from '../../look/accent.js'
import { makeWords } from '../../core/words.js'
import { makeBefore } from './before.js'
import { makeCards } from './cards.js'
import { makeData } from './data.js'
import { makeEnded } from './ended.js'
import { makeFound } from './found.js'
import { makeLeave } from './leave.js'
import { makeMenu } from './menu.js'
import { makeOrderCard } from './ordercard.js'
import { makeShop } from './shop.js'
import { makeUploads } from './uploads.js'
import './more.css'

/**
 * @typedef {import('../desk.js').Desk} Desk
 * @typedef {object} Kit what the panel lends
 * @property {Desk} desk
 * @property {any} html
 * @property {any} h
 * @property {any} Icon
 * @property {any} Minimise
 * @property {any} renderNodes
 * @property {typeof import('preact/hooks')} hooks
 * @property {import('../../core/words.js').Say} say words of these parts
 */

/** Put in by the build. @type {Record<string, Record<string, string>>} */
// @ts-expect-error: replaced by build.mjs
const WORDS = MORE_WORDS

/** @param {Omit<Kit, 'say'>} lent */
export function make(lent) {
  const { language } = lent.desk.frame
  const kit = { ...lent, say: makeWords(language, { ...lent.desk.frame.words, ...WORDS[language] }) }
  return { adapt, shop: makeShop(lent.desk), ...makeUploads(kit), ...makeCards(kit), Before: makeBefore(kit), Data: makeData(kit), Ended: makeEnded(kit), Found: makeFound(kit), Leave: makeLeave(kit), Menu: makeMenu(kit), OrderCard: makeOrderCard(kit) }
}
