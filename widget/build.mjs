// Builds what browsers get from src/ into ../static: same input, same bytes.
// `node build.mjs` writes; `node build.mjs --check` compares and exits 1 when something differs.

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build, transform } from 'esbuild'

const here = dirname(fileURLToPath(import.meta.url))
const out = join(here, '..', 'static')
const locales = join(here, '..', 'chatserver', 'locales')
/** Files of ours in static/: the only ones that are ever removed. */
const OURS = /^(widget\.js|dock\.js|rules\.js|shims\.js|(panel|console|more|editors|help)-[0-9A-Z]{8}\.(js|css)|manifest\.json|LICENSES\.txt)$/

/** The words the launcher needs when nobody answers, and what the dock adds to them. */
const LOADER_WORDS = { label: 'widget.launcher.label', unreachable: 'widget.unreachable.title', retry: 'widget.message.retry' }
const DOCK_WORDS = { one: 'widget.launcher.unread.one', other: 'widget.launcher.unread.other', close: 'action.close' }

const common = {
  bundle: true, minify: true, target: ['es2022', 'chrome123', 'firefox120', 'safari17.5'], charset: 'utf8',
  legalComments: 'none', write: false, metafile: true, absWorkingDir: here, logLevel: 'warning',
}

const cssAsText = {
  name: 'css-as-text',
  setup(esbuild) {
    esbuild.onLoad({ filter: /loader\/\w+\.css$/ }, async ({ path }) => {
      const { code } = await transform(readFileSync(path, 'utf8'), { loader: 'css', minify: true, target: common.target })
      return { contents: code.trim(), loader: 'text' }
    })
  },
}

const read = (language, area) => JSON.parse(readFileSync(join(locales, language, `${area}.json`), 'utf8'))

function pageWords(wanted) {
  return Object.fromEntries(['tr', 'en'].map(language => {
    const words = { ...read(language, 'shared'), ...read(language, 'widget') }
    return [language, Object.fromEntries(Object.entries(wanted).map(([name, key]) => {
      if (words[key] === undefined) throw new Error(`chatserver/locales/${language} has no ${key}`)
      return [name, words[key]]
    }))]
  }))
}

/** @returns {Promise<{files: Map<string, Buffer>, logical: Map<string, string>, inputs: string[]}>} */
async function buildAll() {
  const files = new Map()
  const logical = new Map()
  const inputs = new Set()
  const keep = result => Object.keys(result.metafile.inputs).forEach(path => inputs.add(path))

  /** A script of the shop's page. @param {string} name @param {string} file @param {Record<string, unknown>} words */
  const onPage = async (name, file, words) => {
    const define = Object.fromEntries(Object.entries(words).map(([key, value]) => [key, JSON.stringify(value)]))
    const result = await build({ ...common, entryPoints: [`src/loader/${name}.js`], format: 'iife', outdir: 'x', plugins: [cssAsText], define })
    keep(result)
    const bytes = Buffer.from(result.outputFiles[0].contents)
    files.set(file, bytes)
    logical.set(file, file)
    return bytes
  }
  const dock = await onPage('dock', 'dock.js', { LOADER_WORDS: pageWords(DOCK_WORDS) })
  await onPage('rules', 'rules.js', {})
  await onPage('shims', 'shims.js', {})
  const digest = `sha256-${createHash('sha256').update(dock).digest('base64')}`
  await onPage('main', 'widget.js', { LOADER_WORDS: pageWords(LOADER_WORDS), DOCK_DIGEST: digest })

  const more = Object.fromEntries(['tr', 'en'].map(language => [language, read(language, 'more')]))
  for (const [name, entry, format] of [['panel', 'panel/main', 'iife'], ['more', 'panel/more/make', 'esm'], ['console', 'console/main', 'iife'], ['editors', 'editors/main', 'iife'], ['help', 'help/main', 'iife']]) {
    const result = await build({
      ...common, entryPoints: { [name]: `src/${entry}.js` }, format, define: { MORE_WORDS: JSON.stringify(more) }, outdir: 'x', entryNames: '[name]-[hash]',
    })
    keep(result)
    for (const { path, contents } of result.outputFiles) {
      const file = relative(join(here, 'x'), path)
      files.set(file, Buffer.from(contents))
      logical.set(`${name}.${file.split('.').pop()}`, file)
    }
  }
  files.set('LICENSES.txt', Buffer.from(licences([...inputs])))
  files.set('manifest.json', Buffer.from(manifest(files, logical)))
  return { files, logical, inputs: [...inputs] }
}

function manifest(files, logical) {
  const entries = [...logical].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, file]) => {
    const sha256 = createHash('sha256').update(files.get(file)).digest('hex')
    return [name, { file, sha256 }]
  })
  return JSON.stringify(Object.fromEntries(entries), null, 2) + '\n'
}

/** The licence of every package whose code is inside a bundle. */
function licences(inputs) {
  const packages = new Set(inputs
    .map(path => path.match(/node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1])
    .filter(name => name !== undefined))
  const parts = [...packages].sort().map(name => {
    const folder = join(here, 'node_modules', name)
    const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const file = readdirSync(folder).find(entry => /^licen[cs]e/i.test(entry))
    const text = file ? readFileSync(join(folder, file), 'utf8').trim() : `Licence: ${license}`
    return `${name} ${version}\n\n${text}\n`
  })
  return `The files in this folder contain code of these packages.\n\n${parts.join('\n' + '-'.repeat(72) + '\n\n')}`
}

function differences(files) {
  const there = new Set(existsSync(out) ? readdirSync(out).filter(name => OURS.test(name)) : [])
  const wrong = [...files].filter(([name, bytes]) => {
    const same = there.has(name) && readFileSync(join(out, name)).equals(bytes)
    there.delete(name)
    return !same
  }).map(([name]) => name)
  return [...wrong, ...there]
}

const { files, logical } = await buildAll()
if (process.argv.includes('--check')) {
  const wrong = differences(files)
  if (wrong.length > 0) {
    console.error(`static/ is not what widget/src builds (${wrong.join(', ')}); run: make assets`)
    process.exit(1)
  }
} else {
  mkdirSync(out, { recursive: true })
  for (const name of readdirSync(out)) if (OURS.test(name) && !files.has(name)) rmSync(join(out, name))
  for (const [name, bytes] of files) writeFileSync(join(out, name), bytes)
  for (const [name, file] of logical) {
    const bytes = files.get(file)
    console.log(`${name.padEnd(12)} ${file.padEnd(22)} ${bytes.length} bytes, ${gzipSync(bytes, { level: 9 }).length} gzipped`)
  }
}
