/** Ends what a test has started: when the test is finished, or with the last test of its file where they share it. */
import { afterAll, onTestFailed, onTestFinished } from 'vitest'

type End = () => unknown

/** What the shared start in progress must end later. */
let sharedEnds: End[] | undefined

/** Calls `end` when the test is finished, or when what the tests share is ended. The last is called first. */
export function onEnd(end: End): void {
  if (sharedEnds === undefined) onTestFinished(async () => void (await end()))
  else sharedEnds.push(end)
}

/**
 * Lets the tests of a file or of a block share what `start` starts. It is started by the first test, and again after a
 * test that failed, so that no failure causes another.
 */
export function shared<T>(start: () => Promise<T>): () => Promise<T> {
  let running: { readonly value: T; readonly ends: readonly End[] } | undefined
  const end = async (): Promise<void> => {
    const { ends = [] } = running ?? {}
    running = undefined
    for (const one of ends.toReversed()) await one()
  }
  afterAll(end)
  return async () => {
    onTestFailed(end)
    if (running !== undefined) return running.value
    const ends: End[] = []
    sharedEnds = ends
    try {
      running = { value: await start(), ends }
    } finally {
      sharedEnds = undefined
    }
    return running.value
  }
}
