/** Makes ids that no two pages have in common. A page that came by plain http from another host has no `crypto.randomUUID`. */

const BYTES = 16

export const randomId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(BYTES)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('')
