// Makes the ids a browser may make. Knows nothing of what they name.

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/**
 * A new client id: 128 random bits as 22 characters of base64url.
 *
 * @param {(bytes: Uint8Array<ArrayBuffer>) => Uint8Array} [fill] source of randomness
 * @returns {string}
 */
export function clientId(fill = bytes => crypto.getRandomValues(bytes)) {
  const bytes = fill(new Uint8Array(16))
  let id = ''
  for (let bit = 0; bit < 128; bit += 6) {
    const at = bit >> 3
    const pair = (bytes[at] << 8) | (bytes[at + 1] ?? 0)
    id += ALPHABET[(pair >> (10 - (bit & 7))) & 63]
  }
  return id
}
