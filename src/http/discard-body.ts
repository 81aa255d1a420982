// Reads and discards what is left of a request's body.
import type { HttpRequest } from './server/http-messages.ts'

// Many clients read the response only after they have sent the body, so that the rest is read for this long.
const DISCARD_MS = 1_000

/** Whether the request has a body that has not arrived in full. */
export const isBodyOutstanding = ({ complete, headers }: HttpRequest): boolean =>
  !complete && (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0)

/** @param then - called once, when the body has arrived, the connection is closed or a second has passed. */
export function discardBody(request: HttpRequest, then: () => void): void {
  if (request.destroyed) return then()
  let over = false
  const finish = (): void => {
    if (over) return
    over = true
    clearTimeout(timer)
    then()
  }
  const timer = setTimeout(finish, DISCARD_MS)
  request.once('end', finish).once('close', finish).resume()
}
