/** Entry of the Web Worker: passes commands from the page to the engine and posts its reports back. */
import { explainRefusal } from './bridge/explain-refusal.ts'
import { createEngine } from './engine.ts'
import { systemTimer } from './platform/engine-timer.ts'
import type { Command } from './protocol/messages.ts'

const engine = createEngine({
  openSocket: (url, protocols) => new WebSocket(url, protocols),
  explainRefusal,
  timer: systemTimer,
  random: Math.random,
  report: (report) => postMessage(report),
})

addEventListener('message', ({ data }: MessageEvent<Command>) => engine.handle(data))
