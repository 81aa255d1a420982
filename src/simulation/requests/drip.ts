// Writes bytes one by one.
import type { RequestContext } from './request-context.ts'
import type { Timer } from '../timer.ts'

/** Ends the response after the last byte. Above 1000 bytes a second several are due at each millisecond, the least wait of a timer. */
export function drip(
  { response }: RequestContext,
  bytes: Buffer,
  bytesPerSecond: number,
  timer: Timer,
): void {
  const atOnce = Math.ceil(bytesPerSecond / 1000)
  let position = 0
  let cancel = (): void => undefined
  const next = (): void => {
    if (position >= bytes.length) {
      response.end()
      return
    }
    for (const byte of bytes.subarray(position, position + atOnce)) response.write(Buffer.of(byte))
    position += atOnce
    cancel = timer.after((atOnce * 1000) / bytesPerSecond, next)
  }
  response.once('close', () => cancel())
  next()
}
