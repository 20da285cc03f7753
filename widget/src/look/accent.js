// One colour of a shop in, five checked colours out, for light and for dark. Knows no page.
// Lightness moves in OKLCH, hue stays; chroma gives way only where the colour leaves sRGB.
// Sources: B. Ottosson, "A perceptual color space for image processing" (2020); WCAG 2.2, 1.4.3.

/** The grounds that text meets; `worst` is the tint on which accent text reads hardest. */
const LIGHT = { surface: '#ffffff', worst: '#f3f1ed' }
const DARK = { surface: '#1a1917', worst: '#2c2a27' }
const WHITE = '#ffffff'
const INK = '#1c1a17'
/** Contrast of text, of parts, and of thin light text on dark: 4.5 and 3 with room for rounding. */
const TEXT = 4.6
const PART = 3.05
const DARK_TEXT = 6
const STEP = 0.005
/** The most lightness we take from a shop's colour so that white reads on it. */
const NUDGE = 0.08

/** @typedef {{accent: string, on: string, ink: string, soft: string, edge: string | null}} Accent */
/** @typedef {[number, number, number]} Triple */

/**
 * Work out a shop's accent.
 *
 * @param {string} hex `#rrggbb`
 * @returns {{light: Accent, dark: Accent}}
 */
export function adapt(hex) {
  return { light: onLight(hex), dark: onDark(hex) }
}

function onLight(/** @type {string} */ hex) {
  const accent = keepWhiteIfNear(hex, () => true)
  const soft = mix(accent, LIGHT.surface, 0.08)
  const ink = shift(hex, -STEP, c => reads(c, TEXT, LIGHT.worst, soft))
  const pale = contrast(accent, LIGHT.surface) < PART
  const edge = pale ? shift(accent, -STEP, c => contrast(c, LIGHT.surface) >= PART) : null
  return { accent, on: textOn(accent), ink, soft, edge }
}

function onDark(/** @type {string} */ hex) {
  const calm = cap(hex, 0.84, 0.18)
  const visible = (/** @type {string} */ c) => contrast(c, DARK.surface) >= PART
  const accent = keepWhiteIfNear(shift(calm, STEP, visible), visible)
  const soft = mix(accent, DARK.surface, 0.16)
  const ink = shift(calm, STEP, c => reads(c, DARK_TEXT, DARK.worst, soft))
  return { accent, on: textOn(accent), ink, soft, edge: null }
}

/** @param {string} hex @param {(darker: string) => boolean} allowed */
function keepWhiteIfNear(hex, allowed) {
  if (contrast(hex, WHITE) >= TEXT) return hex
  const darker = shift(hex, -STEP, c => contrast(c, WHITE) >= TEXT)
  return toLch(hex)[0] - toLch(darker)[0] <= NUDGE && allowed(darker) ? darker : hex
}

const textOn = (/** @type {string} */ fill) => contrast(fill, WHITE) >= 4.5 ? WHITE : INK
const reads = (/** @type {string} */ c, /** @type {number} */ least, /** @type {string[]} */ ...grounds) =>
  grounds.every(ground => contrast(c, ground) >= least)

/** @param {string} hex @param {number} step @param {(c: string) => boolean} done */
function shift(hex, step, done) {
  let [l, c, h] = toLch(hex)
  let out = hex
  for (let n = 1 / STEP; n > 0 && !done(out); n--) {
    l = Math.min(1, Math.max(0, l + step))
    out = toHex([l, c, h])
  }
  return out
}

/** @param {string} hex @param {number} maxL @param {number} maxC */
function cap(hex, maxL, maxC) {
  const [l, c, h] = toLch(hex)
  return l <= maxL && c <= maxC ? hex : toHex([Math.min(l, maxL), Math.min(c, maxC), h])
}

const channels = (/** @type {string} */ hex) =>
  /** @type {Triple} */ ([1, 3, 5].map(at => parseInt(hex.slice(at, at + 2), 16) / 255))
const linear = (/** @type {number} */ v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4
const gamma = (/** @type {number} */ v) => v <= 0.0031308 ? v * 12.92 : 1.055 * v ** (1 / 2.4) - 0.055

/** WCAG contrast of two colours. @param {string} a @param {string} b */
export function contrast(a, b) {
  const [x, y] = [a, b].map(hex => {
    const [r, g, blue] = channels(hex).map(linear)
    return 0.2126 * r + 0.7152 * g + 0.0722 * blue + 0.05
  })
  return x > y ? x / y : y / x
}

/** @param {string} a @param {string} b @param {number} share of a */
function mix(a, b, share) {
  const [x, y] = [toLab(a), toLab(b)]
  return hexOf(labToRgb(/** @type {Triple} */ (x.map((v, at) => v * share + y[at] * (1 - share)))))
}

/** @returns {Triple} */
function toLab(/** @type {string} */ hex) {
  const [r, g, b] = channels(hex).map(linear)
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ]
}

/** @returns {Triple} */
function labToRgb(/** @type {Triple} */ [L, a, b]) {
  const l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const s = (L - 0.0894841775 * a - 1.291485548 * b) ** 3
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ]
}

/** @param {Triple} rgb linear */
const hexOf = rgb => '#' + rgb.map(v => {
  const byte = Math.round(Math.min(1, Math.max(0, gamma(Math.max(0, v)))) * 255)
  return byte.toString(16).padStart(2, '0')
}).join('')

/** @returns {Triple} */
function toLch(/** @type {string} */ hex) {
  const [l, a, b] = toLab(hex)
  return [l, Math.hypot(a, b), Math.atan2(b, a)]
}

/** Out of gamut: give up chroma, keep lightness and hue. @param {Triple} lch */
function toHex([l, c, h]) {
  for (; ; c = Math.max(0, c - 0.004)) {
    const rgb = labToRgb([l, c * Math.cos(h), c * Math.sin(h)])
    if (c === 0 || rgb.every(v => v > -0.0005 && v < 1.0005)) return hexOf(rgb)
  }
}
