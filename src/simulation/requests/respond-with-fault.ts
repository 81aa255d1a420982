// Applies the faults that replace the whole response.
import { isAnthropic, isOllama } from '../formats/api-error.ts'
import { DONE, streamTypeOf } from '../formats/format.ts'
import type { RequestContext } from './request-context.ts'

const JSON_TYPE = { 'content-type': 'application/json' }

/** An error in the midst of a stream. */
function errorInStream(path: string, body: string): string {
  if (isOllama(path)) return `${body}\n`
  return `${isAnthropic(path) ? 'event: error\n' : ''}data: ${body}\n\n${DONE}`
}

/** @returns false if there is no fault or it only alters the normal response. */
export function respondWithFault(context: RequestContext, isStream: boolean): boolean {
  const { response, fault, headers, path, kind } = context
  switch (fault?.kind) {
    case 'status': {
      const retryAfter = fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter }
      response.writeHead(fault.status, { ...headers, ...JSON_TYPE, ...retryAfter })
      response.end(kind.error(path, fault.status, 'Simulated failure').body)
      return true
    }
    case 'reset':
      context.isBroken = true
      response.socket?.resetAndDestroy()
      return true
    case 'hang':
      return !isStream || fault.afterChunks === undefined
    case 'malformed':
      if (fault.form === 'body') return false
      context.isBroken = true
      response.socket?.end(Buffer.from('\x16\x03\x01\x02 this is not HTTP \xff\r\n\r\n', 'latin1'))
      return true
    case 'error-body': {
      const { body } = kind.error(path, 500, 'Simulated failure')
      context.isBroken = true
      response.writeHead(200, {
        ...headers,
        ...(isStream ? { 'content-type': streamTypeOf(path) } : JSON_TYPE),
      })
      response.end(isStream ? errorInStream(path, body) : body)
      return true
    }
    case 'die':
    case 'slow-drip':
    case 'no-done':
    case 'gzip':
    case undefined:
      return false
  }
}
