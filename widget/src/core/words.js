// Words, numbers and times in the reader's language. Knows no screen and no clock of its own.

/**
 * @typedef {'tr' | 'en'} Language
 * @typedef {(key: string, values?: Record<string, string | number>) => string} Say
 */

/** Units of durations; without a full stop, which `Intl` would set. */
const UNITS = {
  tr: { s: 'sn', min: 'dk', h: 'sa' },
  en: { s: 'sec', min: 'min', h: 'hr' },
}

const LOCALES = { tr: 'tr-TR', en: 'en-GB' }
const DAY_MS = 86_400_000
/** Days begin at a full quarter of an hour, wherever one is. */
const QUARTER_MS = 900_000

/** A formatter is made when it is first needed: each costs a millisecond on a phone. @template T @param {() => T} make @returns {() => T} */
function lazy(make) {
  /** @type {T | undefined} */
  let made
  return () => made ??= make()
}

/**
 * Make `t`: one string of the table with its `{placeholders}` filled.
 *
 * With `count` among the values, `.one` or `.other` is picked where the key has such forms. A key
 * that is missing is shown as itself, so that a screen never breaks for want of a word.
 *
 * @param {Language} language
 * @param {Readonly<Record<string, string>>} table
 * @returns {Say}
 */
export function makeWords(language, table) {
  const plural = lazy(() => new Intl.PluralRules(LOCALES[language]))
  const number = lazy(() => new Intl.NumberFormat(LOCALES[language]))
  const words = new Map(Object.entries(table))
  return (key, values = {}) => {
    const given = new Map(Object.entries(values))
    const count = given.get('count')
    const form = typeof count === 'number' ? words.get(`${key}.${plural().select(count)}`) : undefined
    const text = form ?? words.get(key) ?? words.get(`${key}.other`) ?? key
    return text.replace(/\{(\w+)\}/g, (whole, name) => {
      const value = given.get(name)
      if (value === undefined) return whole
      return typeof value === 'number' ? number().format(value) : value
    })
  }
}

/**
 * Make the forms of time that screens use.
 *
 * @param {Language} language
 * @param {Say} t
 * @param {{now: () => number, timeZone?: string}} options now: milliseconds UTC
 */
export function makeTimes(language, t, { now, timeZone }) {
  const locale = LOCALES[language]
  /** @param {Intl.DateTimeFormatOptions} options */
  const format = options => lazy(() => new Intl.DateTimeFormat(locale, { timeZone, ...options }))
  const clockFace = format({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  const parts = lazy(() => new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }))
  /** @type {Map<number, string>} */
  const days = new Map()
  const weekday = format({ weekday: 'long' })
  const dayMonth = format({ day: 'numeric', month: 'long' })
  const dayMonthYear = format({ day: 'numeric', month: 'long', year: 'numeric' })
  const full = format({ day: 'numeric', month: 'long', year: 'numeric', weekday: 'long' })
  const unit = UNITS[language]

  /** @param {number} ms */
  const dayKey = ms => {
    const quarter = Math.floor(ms / QUARTER_MS)
    const known = days.get(quarter) ?? parts().format(ms)
    days.set(quarter, known)
    return known
  }
  /** Calendar days from today; negative in the past. @param {number} ms */
  const daysAhead = ms => Math.round((Date.parse(dayKey(ms)) - Date.parse(dayKey(now()))) / DAY_MS)
  /** Lower case where the language writes weekdays so. @param {number} ms */
  const weekdayName = ms => language === 'tr' ? weekday().format(ms).toLocaleLowerCase('tr') : weekday().format(ms)
  /** 14:30 @param {number} ms */
  const time = ms => clockFace().format(ms)
  /** 3 Mart, or 3 Mart 2025 in another year. @param {number} ms */
  const date = ms => (dayKey(ms).slice(0, 4) === dayKey(now()).slice(0, 4) ? dayMonth : dayMonthYear)().format(ms)
  /** The long form for titles. @param {number} ms */
  const fullDate = ms => full().format(ms)

  /** bugün 14:30 · dün 14:30 · yarın 09:00 · salı 14:30 · 3 Mart 14:30 · 3 Mart 2025. @param {number} ms */
  const moment = ms => {
    const days = daysAhead(ms)
    if (days === 0) return t('time.today', { time: time(ms) })
    if (days === -1) return t('time.yesterday', { time: time(ms) })
    if (days === 1) return t('time.tomorrow', { time: time(ms) })
    if (Math.abs(days) <= 6) return t('time.weekday', { weekday: weekdayName(ms), time: time(ms) })
    const sameYear = dayKey(ms).slice(0, 4) === dayKey(now()).slice(0, 4)
    return sameYear ? `${date(ms)} ${time(ms)}` : date(ms)
  }

  /** az önce · 5 dk önce · then as `moment`. @param {number} ms */
  const ago = ms => {
    const minutes = Math.floor(Math.max(0, now() - ms) / 60_000)
    if (minutes < 1) return t('time.now')
    if (minutes < 60) return t('time.minutes', { count: minutes })
    return moment(ms)
  }

  /** 45 sn · 2 dk 15 sn · 1 sa 5 dk. @param {number} ms */
  const duration = ms => {
    const seconds = Math.max(0, Math.round(ms / 1000))
    const [h, min, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
    const said = h > 0 ? [[h, unit.h], [min, unit.min]] : min > 0 ? [[min, unit.min], [s, unit.s]] : [[s, unit.s]]
    return said.filter(([n], at) => at === 0 || n !== 0).map(([n, name]) => `${n} ${name}`).join(' ')
  }

  /** 02:15, or 1:02:15 from an hour on. @param {number} ms */
  const timer = ms => {
    const seconds = Math.max(0, Math.floor(ms / 1000))
    const two = (/** @type {number} */ n) => String(n).padStart(2, '0')
    const [h, min, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
    return h > 0 ? `${h}:${two(min)}:${two(s)}` : `${two(min)}:${two(s)}`
  }

  return { time, date, fullDate, moment, ago, duration, timer, dayKey, daysAhead }
}
