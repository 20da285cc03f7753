// Which colours are understood. Pure.

/**
 * Whether a colour is `#rrggbb`.
 *
 * @param {unknown} hex
 * @returns {hex is string}
 */
export const isColour = hex => typeof hex === 'string' && /^#[0-9a-f]{6}$/i.test(hex)
