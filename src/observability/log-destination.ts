// Where log lines go: gathered in memory and handed on in pieces, as one system call a line would cost more than the line.
import { pino } from 'pino'

export interface LogDestination {
  /** @param line - with its newline. Never blocks and never throws. */
  write(line: string): void
  /** Resolves when all lines so far have been written, or cannot be. */
  flush(): Promise<void>
  /** Writes what is there before it returns. */
  flushSync(): void
  /** Flushes and takes no more lines; a descriptor other than stdout and stderr is closed. */
  close(): Promise<void>
}

interface LogDestinationOptions {
  /** A file descriptor or a path to append to; stdout by default. */
  readonly target?: number | string
  /** Longest a line waits in memory while the log's reader keeps up. */
  readonly maxDelayMs?: number
  /** Lines beyond this many characters are dropped while the reader does not keep up; the log tells later how many. */
  readonly maxPendingCharacters?: number
}

const BATCH_CHARACTERS = 16_384
const MAX_PENDING_CHARACTERS = 64 * 1024 * 1024

const droppedNotice = (lines: number): string =>
  `{"level":"warn","time":"${new Date().toISOString()}","msg":"log lines dropped","lines":${lines}}\n`

/** The descriptor's writer: takes pieces, writes them off the main thread, one at a time. */
function openSink(target: number | string, maxLength: number) {
  // With a minLength of 0 its flush would not wait for writes under way.
  return pino.destination({ dest: target, sync: false, minLength: 1, maxLength })
}

/** Lines that wait for the sink, which gets them in one piece as soon as it is idle and they are worth a system call. */
function createBatch(sink: ReturnType<typeof openSink>, maxCharacters: number) {
  let pending = ''
  let dropped = 0
  let writing = false
  const handOver = (): void => {
    if (dropped > 0) pending += droppedNotice(dropped)
    dropped = 0
    if (pending === '') return
    const piece = pending
    pending = ''
    writing = true
    sink.write(piece)
  }
  const handOverWhenWorthIt = (): void => {
    if (!writing && pending.length >= BATCH_CHARACTERS) handOver()
  }
  sink.on('drain', () => {
    writing = false
    handOverWhenWorthIt()
  })
  // A full disk must not stop the traffic: the sink keeps its piece and tries again with the next.
  sink.on('error', () => (writing = false))
  return {
    handOver,
    handOverWhenIdle: () => void (writing || handOver()),
    add(line: string) {
      if (pending.length + line.length > maxCharacters) dropped += 1
      else pending += line
      handOverWhenWorthIt()
    },
  }
}

/** Runs `write` before the process ends. @returns what undoes that. */
function onEnd(write: () => void): () => void {
  process.on('beforeExit', write)
  process.on('exit', write)
  return () => void process.off('beforeExit', write).off('exit', write)
}

export function createLogDestination(options: LogDestinationOptions = {}): LogDestination {
  const { target = 1, maxDelayMs = 250, maxPendingCharacters = MAX_PENDING_CHARACTERS } = options
  const sink = openSink(target, 2 * maxPendingCharacters)
  const batch = createBatch(sink, maxPendingCharacters)
  let timer: NodeJS.Timeout | undefined
  let closed = false
  const flushSync = (): void => {
    if (closed) return
    try {
      batch.handOver()
      sink.flushSync()
    } catch {
      // Nobody is left to tell: the log itself cannot be written.
    }
  }
  const forgetEnd = onEnd(flushSync)
  const stop = (): void => {
    closed = true
    clearTimeout(timer)
    forgetEnd()
  }
  sink.once('close', stop)
  // A reader that has gone does not come back.
  sink.on('error', (error: NodeJS.ErrnoException) => void (error.code === 'EPIPE' && stop()))

  return {
    write(line) {
      if (closed) return
      batch.add(line)
      timer ??= setTimeout(() => {
        timer = undefined
        batch.handOverWhenIdle()
      }, maxDelayMs).unref()
    },
    flush() {
      if (closed) return Promise.resolve()
      batch.handOver()
      return new Promise((resolve) => sink.flush(() => resolve()))
    },
    flushSync,
    async close() {
      if (closed) return
      batch.handOver()
      stop()
      await new Promise<void>((resolve) => {
        sink.once('close', resolve).once('error', () => resolve())
        sink.end()
      })
    },
  }
}
