/** Stores UI settings in localStorage, such as the theme and open panels. Must never hold secrets. */

export interface StoredSetting<Value> {
  get(): Value
  set(value: Value): void
  /** @returns unsubscribes. */
  subscribe(listener: () => void): () => void
}

/**
 * @param name - the storage key without its prefix `lb.`.
 * @param parse - converts the stored value, which can be anything; must not throw.
 */
export function createStoredSetting<Value>(
  name: string,
  parse: (stored: unknown) => Value,
): StoredSetting<Value> {
  const key = `lb.${name}`
  const listeners = new Set<() => void>()
  let value = parse(readStored(key))
  const notifyListeners = () => listeners.forEach((listener) => listener())
  window.addEventListener('storage', (event) => {
    if (event.key !== key) return
    value = parse(readStored(key))
    notifyListeners()
  })
  return {
    get: () => value,
    set(next) {
      value = next
      writeStored(key, next)
      notifyListeners()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

function readStored(key: string): unknown {
  try {
    // oxlint-disable-next-line no-restricted-globals -- the only module that reads it
    return JSON.parse(localStorage.getItem(key) ?? 'null')
  } catch {
    return null
  }
}

function writeStored(key: string, value: unknown): void {
  try {
    // oxlint-disable-next-line no-restricted-globals -- the only module that writes it
    localStorage.setItem(key, JSON.stringify(value))
  } catch {
    // Storage may be full or forbidden; the setting is then lost when the page closes.
  }
}
