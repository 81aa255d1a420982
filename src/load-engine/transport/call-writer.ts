// Writes the requests of calls for their connections. What calls have in common is written once.
import type { WrittenRequest } from '../../http/upstream/connection-pool.ts'
import { writeRequestFields } from '../../http/upstream/request-head.ts'
import { requestHeaders } from './header-policy.ts'
import type { Target } from './target.ts'
import type { HttpCall } from './transport.ts'

// Written in one piece with the head: one copy is cheaper than a list of two pieces for the kernel.
const SHORT_CHARACTERS = 16_384

interface Fields {
  readonly target: Target
  readonly method: string
  readonly text: string
}

/** @param fields - the request line and the header fields. */
function writeCall(fields: string, body: string | undefined): WrittenRequest {
  // The call has its own timeout.
  const request = { isHeadRequest: false, timeoutMs: 0 }
  if (body === undefined) return { ...request, head: `${fields}\r\n`, body: null }
  const bytes = Buffer.byteLength(body)
  const head = `${fields}content-length: ${bytes}\r\n\r\n`
  // The head is written in latin1, which is the body's encoding too where each of its characters is one byte.
  return bytes === body.length && bytes <= SHORT_CHARACTERS
    ? { ...request, head: head + body, body: null }
    : { ...request, head, body: Buffer.from(body) }
}

/**
 * @returns a function that writes a call. It is quickest for the call that it wrote last, and quick for calls whose headers are
 * the same object. Throws upstreamError UPSTREAM_INVALID_REQUEST.
 */
export function createCallWriter(): (call: HttpCall, target: Target) => WrittenRequest {
  const fieldsOf = new WeakMap<HttpCall['headers'], Fields>()
  let last: { readonly call: HttpCall; readonly target: Target; readonly request: WrittenRequest } | undefined

  const writeFields = ({ method, headers }: HttpCall, target: Target): string => {
    const known = fieldsOf.get(headers)
    if (known?.target === target && known.method === method) return known.text
    const { host } = new URL(target.origin)
    const text = writeRequestFields(method, target.path, host, requestHeaders(headers, false))
    fieldsOf.set(headers, { target, method, text })
    return text
  }
  return (call, target) => {
    if (last?.call === call && last.target === target) return last.request
    const body = call.body ?? (call.method === 'POST' ? '' : undefined)
    const request = writeCall(writeFields(call, target), body)
    last = { call, target, request }
    return request
  }
}
