// Starts the worker processes, replaces those that end, and ends those that stand still.
import type { SendHandle } from 'node:child_process'
import cluster, { type Worker } from 'node:cluster'
import type { Logger } from 'pino'
import type { Clock } from '../../core/clock.ts'
import type { SetTimer } from '../../core/timer.ts'
import type { ConnectionHandle } from '../connection-handle.ts'
import type { PrimaryMessage } from '../messages.ts'
import { createOutbox, type Outbox } from '../outbox.ts'
import { unpackMessages, type PackedMessages, type ReceivedMessage } from '../pack-messages.ts'
import { createRestartDelays } from './restart-delays.ts'
import { standsStill } from './standing-still.ts'

export interface WorkerListener {
  /** The process has been started; what is posted to it now reaches it first. */
  onStart(workerId: number): void
  onMessage(workerId: number, message: ReceivedMessage): void
  /** After all messages of one batch. */
  onBatch(workerId: number): void
  onEnd(workerId: number): void
}

export interface WorkerPool {
  /** Starts the processes. */
  start(listener: WorkerListener): void
  post(workerId: number, message: PrimaryMessage): void
  /** @param exceptId - a worker that does not get it. */
  broadcast(message: PrimaryMessage, exceptId?: number): void
  /** Hands it a connection. This process keeps a copy of the handle. */
  hand(workerId: number, connection: ConnectionHandle): void
  /** Ids of the workers that run, ascending. An id is never used again. */
  ids(): readonly number[]
  pidOf(workerId: number): number | undefined
  /** Whether fewer workers run than there should be, and the last did not run for long. */
  isDegraded(): boolean
  /** Lets the workers finish what is open; ends those that have not after `timeoutMs`. */
  drain(timeoutMs: number): Promise<void>
}

export interface WorkerPoolOptions {
  readonly count: number
  readonly clock: Clock
  readonly setTimer: SetTimer
  readonly logger: Logger
  /** Variables of the workers' environment beside this process's own. */
  readonly environment: Readonly<Record<string, string>>
}

interface Running {
  readonly process: Worker
  readonly outbox: Outbox<PrimaryMessage>
  readonly startMs: number
  /** That of the start before its first message. */
  heardMs: number
}

const OUTBOX_MS = 5
const WATCH_MS = 1_000
/** How often it is checked whether the messages of one that has exited have been read. */
const READ_MS = 5

/** One that has just ended takes no message, and its exit is reported. */
const sendTo =
  (worker: Worker) =>
  (batch: readonly PrimaryMessage[], connection?: ConnectionHandle): void => {
    if (worker.isConnected()) worker.send(batch, connection as SendHandle | undefined, (error) => void error)
  }

/** Ends the workers whose event loop stands still. */
function endSilent(running: ReadonlyMap<number, Running>, nowMs: number, logger: Logger): void {
  for (const [id, worker] of running) {
    if (!standsStill(worker, nowMs)) continue
    const { process, heardMs } = worker
    const silentS = Math.round((nowMs - heardMs) / 1000)
    logger.fatal(
      { worker: id, pid: process.process.pid, silent_s: silentS },
      'worker stands still and is ended',
    )
    process.process.kill('SIGKILL')
  }
}

/** Calls back once the worker has ended and all that it sent has been read: its end settles what is open in the books. */
function onceEnded(
  worker: Worker,
  setTimer: SetTimer,
  callback: (code: number | null, signal: string | null) => void,
): void {
  worker.once('exit', (code: number | null, signal: string | null) => {
    // Not by 'disconnect', which Node.js does not emit where a message was on its way to the process.
    const check = (): void => {
      if (worker.isConnected()) return void setTimer(check, READ_MS)
      callback(code, signal)
    }
    check()
  })
}

export function createWorkerPool(options: WorkerPoolOptions): WorkerPool {
  const { count, clock, setTimer, logger, environment } = options
  const running = new Map<number, Running>()
  const delays = createRestartDelays(clock)
  let listener: WorkerListener | undefined
  let isDraining = false
  let onEmpty: (() => void) | undefined
  let cancelWatch: (() => void) | undefined

  const end = (id: number, code: number | null, signal: string | null): void => {
    const worker = running.get(id)
    if (worker === undefined) return
    running.delete(id)
    listener?.onEnd(id)
    if (running.size === 0) onEmpty?.()
    if (isDraining) return
    const delayMs = delays.after(clock() - worker.startMs)
    logger.error(
      { worker: id, pid: worker.process.process.pid, code, signal, restart_in_ms: delayMs },
      'worker ended',
    )
    setTimer(() => {
      if (!isDraining) startOne()
    }, delayMs)
  }

  const startOne = (): void => {
    const process = cluster.fork(environment)
    const { id } = process
    const outbox = createOutbox({ send: sendTo(process), setTimer, maxDelayMs: OUTBOX_MS })
    const startMs = clock()
    const worker: Running = { process, outbox, startMs, heardMs: startMs }
    running.set(id, worker)
    process.on('message', (batch: PackedMessages) => {
      worker.heardMs = clock()
      unpackMessages(batch, (message) => listener?.onMessage(id, message))
      listener?.onBatch(id)
    })
    process.on('error', (err) => logger.error({ err, worker: id }, 'worker cannot be reached'))
    onceEnded(process, setTimer, (code, signal) => end(id, code, signal))
    listener?.onStart(id)
  }

  const watch = (): void => {
    cancelWatch = setTimer(watch, WATCH_MS)
    endSilent(running, clock(), logger)
  }

  return {
    start(heard) {
      listener = heard
      cluster.setupPrimary({ serialization: 'advanced' })
      for (let index = 0; index < count; index += 1) startOne()
      cancelWatch = setTimer(watch, WATCH_MS)
    },
    post: (workerId, message) => running.get(workerId)?.outbox.post(message, true),
    broadcast(message, exceptId) {
      for (const [id, { outbox }] of running) if (id !== exceptId) outbox.post(message, true)
    },
    hand(workerId, connection) {
      const worker = running.get(workerId)
      if (worker) sendTo(worker.process)([], connection)
    },
    ids: () => [...running.keys()],
    pidOf: (workerId) => running.get(workerId)?.process.process.pid,
    isDegraded: () => running.size < count && delays.isBackingOff(),
    async drain(timeoutMs) {
      isDraining = true
      cancelWatch?.()
      if (running.size === 0) return
      const { promise, resolve } = Promise.withResolvers<void>()
      onEmpty = resolve
      for (const { outbox } of running.values()) {
        outbox.post({ type: 'drain' })
        outbox.flush()
      }
      const cancel = setTimer(() => {
        for (const { process } of running.values()) process.process.kill('SIGKILL')
      }, timeoutMs)
      await promise
      cancel()
    },
  }
}
