// The shop's page: where the shopper is, and how it holds still behind a full-screen panel.
// Reads; patches nothing; gives back every style it took.

/** Where the shopper is. The referrer goes without its query. */
export const currentPage = () => ({
  url: location.href.slice(0, 2000),
  title: document.title.slice(0, 300),
  referrer: document.referrer.split('?')[0].slice(0, 2000),
})

/**
 * Tell of every move to another page, also of those without a load.
 *
 * @param {() => void} moved
 * @param {AbortSignal} signal
 */
export function watchPage(moved, signal) {
  let last = location.href + document.title
  // The title follows the address by a moment.
  const look = () => setTimeout(() => {
    const now = location.href + document.title
    if (now !== last) moved()
    last = now
  }, 300)
  /** @type {any} */
  const { navigation } = window
  navigation?.addEventListener('navigatesuccess', look, { signal })
  addEventListener('popstate', look, { signal })
  addEventListener('hashchange', look, { signal })
}

/**
 * Hold the page still behind the full-screen panel, and keep the panel above the keyboard.
 *
 * @param {HTMLElement} host of the launcher, the only thing that stays reachable
 * @returns {() => void} undoes it
 */
export function holdPage(host) {
  const { style, children } = document.body
  const view = visualViewport
  // Everything is read before anything is written: the shop's page is laid out once.
  const top = scrollY
  const seen = () => [view?.height, view?.offsetTop]
  const first = seen()
  const before = style.cssText
  style.cssText += `;position:fixed!important;top:${-top}px;width:100%;overflow:hidden`
  const stilled = /** @type {HTMLElement[]} */ ([...children]).filter(child => child !== host && !child.inert)
  const still = (/** @type {boolean} */ on) => stilled.forEach(child => { child.inert = on })
  still(true)
  const life = new AbortController()
  const fit = ([height, offset] = seen()) => {
    host.style.setProperty('--seen', height + 'px')
    host.style.setProperty('--top', offset + 'px')
  }
  fit(first)
  for (const name of ['resize', 'scroll']) view?.addEventListener(name, () => fit(), life)
  return () => {
    life.abort()
    still(false)
    style.cssText = before
    scrollTo({ top, behavior: 'instant' })
  }
}
