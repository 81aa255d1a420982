// Loaded into the daemon by --import. At SIGCONT it writes a line to stderr: the longest turn of the event loop since the last.
import { writeSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'
import { watchTurns } from '../../chaos/watch-turns.ts'

if (isMainThread) {
  let stop = watchTurns()
  process.on('SIGCONT', () => {
    const longestMs = stop()
    stop = watchTurns()
    writeSync(2, `${longestMs}\n`)
  })
}
