// Bounds the memory that things of known size may take together.

/** What one holder has of the budget. */
export interface ByteReservation {
  /** Takes further bytes. @returns false, with nothing taken, where the budget does not allow it. */
  take(bytes: number): boolean
  /** Gives all bytes back. */
  release(): void
}

export interface ByteBudget {
  /** @returns a reservation of 0 bytes. */
  reserve(): ByteReservation
  /** Bytes taken by all reservations. */
  taken(): number
}

/** @param onChange - called with the bytes taken after every change. */
export function createByteBudget(maxBytes: number, onChange?: (taken: number) => void): ByteBudget {
  let taken = 0
  const change = (bytes: number): void => {
    taken += bytes
    onChange?.(taken)
  }
  return {
    reserve() {
      let held = 0
      return {
        take(bytes) {
          if (taken + bytes > maxBytes) return false
          held += bytes
          change(bytes)
          return true
        },
        release() {
          if (held > 0) change(-held)
          held = 0
        },
      }
    },
    taken: () => taken,
  }
}
