// Opens and closes a simulated backend's port: a fault may refuse connections, and a request may end the server.
import type { Listener } from './listener.ts'
import type { Settings } from './settings.ts'
import type { Timer } from './timer.ts'

export interface Life {
  /** Applies `isRefusing` after `change` has run; calls are serialised. */
  apply(change?: () => void): Promise<void>
  /** Ends the server until `revive` or for `reviveAfterMs`. */
  die(): void
  revive(): Promise<void>
  /** Resolves when the last change is in force. */
  settled(): Promise<void>
}

interface LifeParts {
  readonly listener: Listener
  readonly settings: () => Settings
  readonly timer: Timer
  isRefusing(): boolean
  /** Called before the connections are closed. */
  breakAll(): void
}

export function createLife({ listener, settings, timer, isRefusing, breakAll }: LifeParts): Life {
  let isDead = false
  let cancelRevival = (): void => undefined
  // Changes are serialised: a port that is still closing cannot be opened.
  let lastChange: Promise<void> = Promise.resolve()

  const apply = async (change?: () => void): Promise<void> => {
    lastChange = lastChange
      .catch(() => undefined)
      .then(() => {
        change?.()
        if (!isDead && !isRefusing()) return listener.reopen()
        breakAll()
        return listener.shut()
      })
    await lastChange
  }
  const revive = (): Promise<void> => {
    cancelRevival()
    isDead = false
    return apply()
  }
  return {
    apply,
    die() {
      if (isDead) return
      isDead = true
      const afterMs = settings().reviveAfterMs
      // A taken port shows in the next change that is made by control.
      if (afterMs > 0) cancelRevival = timer.after(afterMs, () => void revive().catch(() => undefined))
      void apply()
    },
    revive,
    settled: () => {
      cancelRevival()
      return lastChange.catch(() => undefined)
    },
  }
}
