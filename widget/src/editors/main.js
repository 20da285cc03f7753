// The editors' room: keys, autosave, preview, choosing many, importing. Every page works without it.

import './editors.css'
import { keepEntry } from './entry.js'
import { importFile } from './importing.js'
import { listenToKeys } from './keys.js'
import { showPreviews } from './preview.js'
import { chooseMany } from './rows.js'
import { keepSheet } from './sheet.js'

// On a phone the tabs are wider than the screen: the one that is open stands in sight.
document.querySelector('.tabs [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' })
listenToKeys()
chooseMany()
const preview = showPreviews()
const entry = document.querySelector('form[data-entry]')
if (entry instanceof HTMLFormElement) keepEntry(entry, preview)
const importing = document.querySelector('[data-import]')
if (importing instanceof HTMLElement) importFile(importing)
const sheet = document.querySelector('form[data-sheet]')
if (sheet instanceof HTMLFormElement) keepSheet(sheet)
