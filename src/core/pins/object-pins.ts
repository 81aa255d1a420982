// Remembers which endpoint keeps an object that a backend has made, such as a stored response, for the requests that refer to it.

/** What a pin is found by: an object is known to the clients of its incoming block alone. */
export interface PinKey {
  readonly blockId: number
  /** As the backend has named the object. */
  readonly objectId: string
}

/** Tokens of an object that were counted before its backend has reported its usage. */
export interface CountedTokens {
  readonly promptTokens: number
  readonly completionTokens: number
}

export interface ObjectPin extends PinKey {
  readonly endpointId: number
  /** Set as long as its usage is not counted: what was counted of it. */
  readonly countedSoFar?: CountedTokens | undefined
  /** Milliseconds since the epoch. */
  readonly expiresAtMs: number
}

/** What has changed since it was stored last. */
export interface PinChanges {
  readonly written: readonly ObjectPin[]
  readonly removed: readonly PinKey[]
}

export interface ObjectPins {
  /** @returns the id of the endpoint, which may have been deleted since; undefined where the object is not known. */
  find(key: PinKey): number | undefined
  /** Ids that cannot be part of a path are not kept. The pin that was used least recently gives way to one too many. */
  add(key: PinKey, endpointId: number): void
  /** To be called where the usage of a new object is not known yet. Has no effect where the object is not known. */
  awaitUsage(key: PinKey, countedSoFar: CountedTokens): void
  /** To be called when the usage is known. @returns what `awaitUsage` was given, once; then undefined. */
  takeAwaited(key: PinKey): CountedTokens | undefined
  remove(key: PinKey): void
  /** The pin that was used least recently first. */
  all(): ObjectPin[]
  /** @returns undefined where nothing has changed since the last call. */
  takeChanges(): PinChanges | undefined
  /** For changes that could not be stored; what is newer is taken next. */
  putBack(changes: PinChanges): void
}

interface PinOptions {
  /** The least recently used first. */
  readonly stored: readonly ObjectPin[]
  /** 0 for none. */
  readonly maxPins: number
  readonly lifetimeMs: number
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** What may stand in a path as it is. No segment begins with a dot: a backend must not be led out of its /v1. */
const plainId = /^[\w~:-][\w.~:-]{0,255}$/

const nameOf = ({ blockId, objectId }: PinKey): string => `${blockId} ${objectId}`

export function createObjectPins({ stored, maxPins, lifetimeMs, now }: PinOptions): ObjectPins {
  // In order of use, the least recent first.
  const pins = new Map(stored.map((pin) => [nameOf(pin), pin]))
  const changed = new Map<string, PinKey>()

  const remove = (key: PinKey): void => {
    if (pins.delete(nameOf(key))) changed.set(nameOf(key), key)
  }
  const trim = (): void => {
    for (const pin of pins.values()) {
      if (pins.size <= maxPins) return
      remove(pin)
    }
  }
  trim()
  /** Keeps the place of the pin in the order of use. */
  const change = (pin: ObjectPin): void => {
    pins.set(nameOf(pin), pin)
    changed.set(nameOf(pin), pin)
  }

  return {
    find(key) {
      const name = nameOf(key)
      const pin = pins.get(name)
      if (pin === undefined) return undefined
      if (pin.expiresAtMs <= now()) {
        remove(pin)
        return undefined
      }
      pins.delete(name)
      pins.set(name, pin)
      return pin.endpointId
    },
    add({ blockId, objectId }, endpointId) {
      if (!plainId.test(objectId)) return
      const pin = { blockId, objectId, endpointId, expiresAtMs: now() + lifetimeMs }
      const name = nameOf(pin)
      pins.delete(name)
      pins.set(name, pin)
      changed.set(name, pin)
      trim()
    },
    awaitUsage(key, countedSoFar) {
      const pin = pins.get(nameOf(key))
      if (pin) change({ ...pin, countedSoFar })
    },
    takeAwaited(key) {
      const pin = pins.get(nameOf(key))
      if (pin?.countedSoFar) change({ ...pin, countedSoFar: undefined })
      return pin?.countedSoFar
    },
    remove,
    all: () => [...pins.values()],
    takeChanges() {
      if (changed.size === 0) return undefined
      const written: ObjectPin[] = []
      const removed: PinKey[] = []
      for (const [name, key] of changed) {
        const pin = pins.get(name)
        if (pin) written.push(pin)
        else removed.push(key)
      }
      changed.clear()
      return { written, removed }
    },
    putBack({ written, removed }) {
      for (const key of [...written, ...removed]) changed.set(nameOf(key), key)
    },
  }
}
