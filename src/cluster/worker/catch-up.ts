// Waits until this worker knows all that others had told the primary when it asked.

export interface CatchUp {
  ask(): Promise<void>
  /** The primary has sent all. */
  done(id: number): void
}

/** @param post - sends the question at once. */
export function createCatchUp(post: (id: number) => void): CatchUp {
  const waiting = new Map<number, () => void>()
  let last = 0
  return {
    ask() {
      const id = (last += 1)
      post(id)
      return new Promise((resolve) => waiting.set(id, resolve))
    },
    done(id) {
      waiting.get(id)?.()
      waiting.delete(id)
    },
  }
}
