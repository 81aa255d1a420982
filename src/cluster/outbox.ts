// Collects messages for another process and sends them in batches, in order: one system call for many.
import type { SetTimer } from '../core/timer.ts'

export interface Outbox<Message> {
  /** @param isUrgent - sent once the present turn of the event loop has ended, with all before it. Default false. */
  post(message: Message, isUrgent?: boolean): void
  /** Sends at once what is left. */
  flush(): void
}

interface OutboxOptions<Message> {
  readonly send: (batch: readonly Message[]) => void
  readonly setTimer: SetTimer
  readonly maxDelayMs: number
}

/** A batch beyond it does not wait. */
const MAX_BATCH = 1_024

export function createOutbox<Message>({
  send,
  setTimer,
  maxDelayMs,
}: OutboxOptions<Message>): Outbox<Message> {
  let batch: Message[] = []
  let cancelTimer: (() => void) | undefined
  let isEnding = false

  const flush = (): void => {
    cancelTimer?.()
    cancelTimer = undefined
    isEnding = false
    if (batch.length === 0) return
    const sent = batch
    batch = []
    send(sent)
  }

  return {
    flush,
    post(message, isUrgent = false) {
      batch.push(message)
      if (batch.length >= MAX_BATCH) return flush()
      if (!isUrgent) cancelTimer ??= setTimer(flush, maxDelayMs)
      else if (!isEnding) {
        isEnding = true
        setImmediate(flush)
      }
    },
  }
}
