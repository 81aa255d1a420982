/** Keeps a person's settings of the page in the browser: which panels are open, the theme. Nothing secret, ever. */

export interface StoredSetting<Value> {
  get(): Value
  set(value: Value): void
  /** @returns what ends the subscription. */
  subscribe(listener: () => void): () => void
}

/**
 * @param parse - makes a value of what was stored; must not throw, as anything may stand there.
 * @param name - below `lb.` in the browser's storage.
 */
export function createStoredSetting<Value>(
  name: string,
  parse: (stored: unknown) => Value,
): StoredSetting<Value> {
  const key = `lb.${name}`
  const listeners = new Set<() => void>()
  let value = parse(readStored(key))
  const tell = () => listeners.forEach((listener) => listener())
  window.addEventListener('storage', (event) => {
    if (event.key !== key) return
    value = parse(readStored(key))
    tell()
  })
  return {
    get: () => value,
    set(next) {
      value = next
      writeStored(key, next)
      tell()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

function readStored(key: string): unknown {
  try {
    // eslint-disable-next-line no-restricted-globals -- the one place that reads it
    return JSON.parse(localStorage.getItem(key) ?? 'null')
  } catch {
    return null
  }
}

function writeStored(key: string, value: unknown): void {
  try {
    // eslint-disable-next-line no-restricted-globals -- the one place that writes it
    localStorage.setItem(key, JSON.stringify(value))
  } catch {
    // Storage may be full or forbidden; then the setting lasts as long as the page.
  }
}
