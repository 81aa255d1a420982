/** The code of the thread of engine-thread.ts: an engine that calls its targets itself. */
import { parentPort, workerData } from 'node:worker_threads'
import { createEngine } from '../engine.ts'
import { systemTimer } from '../platform/engine-timer.ts'
import { callError } from '../transport/call-error.ts'
import { createHttpTransport } from '../transport/http-transport.ts'
import type { Target } from '../transport/target.ts'
import { createBusyShare } from './busy-share.ts'
import type { FromThread, ThreadData, ToThread } from './thread-messages.ts'

interface Question {
  resolve(target: Target): void
  reject(error: Error): void
}

const { maxConcurrent, timeoutMs, maxCards } = workerData as ThreadData
const questions = new Map<number, Question>()
let lastId = 0
const post = (message: FromThread): void => parentPort?.postMessage(message)

const transport = createHttpTransport({
  nowMs: systemTimer.nowMs,
  maxConcurrent,
  timeoutMs,
  resolveTarget: ({ href }) =>
    new Promise((resolve, reject) => {
      lastId += 1
      questions.set(lastId, { resolve, reject })
      post({ type: 'resolve', id: lastId, url: href })
    }),
})
const engine = createEngine({
  transport,
  timer: systemTimer,
  random: Math.random,
  busyShare: createBusyShare(),
  maxCards,
  report(report) {
    post({ type: 'report', json: JSON.stringify(report) })
    postState()
  },
})
let handled = 0
const postState = (): void =>
  post({ type: 'state', figures: transport.figures(), handled, isIdle: engine.isIdle() })

parentPort?.on('message', (message: ToThread) => {
  if (message.type === 'command') {
    engine.handle(message.command)
    handled += 1
    return postState()
  }
  if (message.type === 'hold') return engine.hold(message.isHeld)
  const question = questions.get(message.id)
  questions.delete(message.id)
  if (message.type === 'target') question?.resolve(message.target)
  else question?.reject(callError(message.code, message.message))
})
