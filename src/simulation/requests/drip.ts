// Writes bytes one by one.
import type { RequestContext } from './request-context.ts'
import type { Timer } from '../timer.ts'

/** Ends the response after the last byte. */
export function drip(
  { response }: RequestContext,
  bytes: Buffer,
  bytesPerSecond: number,
  timer: Timer,
): void {
  let position = 0
  let cancel = (): void => undefined
  const next = (): void => {
    if (position === bytes.length) {
      response.end()
      return
    }
    response.write(bytes.subarray(position, position + 1))
    position += 1
    cancel = timer.after(1000 / bytesPerSecond, next)
  }
  response.once('close', () => cancel())
  next()
}
