// The routes under /data/: lists, reads, writes and deletes saved profiles.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { digestSecret } from '../../config/secret-digest.ts'
import { MAX_PROFILE_BYTES, PROFILE_NAME } from '../../contract/profile.ts'
import { pageRefusal } from '../connection/connection-policy.ts'
import type { RefuseHost } from '../connection/host-policy.ts'
import { sendResponse, sendJson, sendStatusProblem } from './http-response.ts'
import type { ProfileStore } from './profile-store.ts'

interface ProfileRoutesOptions {
  /** undefined if this server stores no profiles. */
  readonly store: ProfileStore | undefined
  readonly allowedOrigins: '*' | readonly string[]
  /** Bearer token that requests must carry; undefined if none is required. */
  readonly token: string | undefined
  readonly refuseHost: RefuseHost
}

export type ServeProfiles = (
  request: IncomingMessage,
  response: ServerResponse,
  name: string,
) => Promise<void>

/** @returns the body, or undefined if it exceeds the limit. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_PROFILE_BYTES) return undefined
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > MAX_PROFILE_BYTES) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    return true
  } catch {
    return false
  }
}

async function put(
  store: ProfileStore,
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request)
  // The rest of the body is not read, so that the connection cannot be reused.
  if (body === undefined)
    return sendStatusProblem(response, 413, `a profile has at most ${MAX_PROFILE_BYTES} bytes`, {
      connection: 'close',
    })
  if (!isJson(body)) return sendStatusProblem(response, 422, 'a profile is JSON')
  if (!(await store.write(name, body)))
    return sendStatusProblem(response, 409, 'there are too many profiles; delete some')
  sendJson(response, 200, { ok: true })
}

export function createProfileRoutes(options: ProfileRoutesOptions): ServeProfiles {
  const { store, allowedOrigins, token, refuseHost } = options
  const expected = token === undefined ? undefined : digestSecret(token)
  const isAuthorized = ({ headers: { authorization = '' } }: IncomingMessage): boolean =>
    expected === undefined || digestSecret(authorization.replace(/^bearer +/i, '')) === expected

  return async (request, response, name) => {
    const { method } = request
    if (store === undefined) return sendStatusProblem(response, 404, 'profiles are not kept on this server')
    if (!isAuthorized(request))
      return sendStatusProblem(response, 401, 'the token is missing or wrong', {
        'www-authenticate': 'Bearer',
      })
    // Clients that are not browsers send no origin.
    const refusal =
      request.headers.origin === undefined
        ? refuseHost(request)
        : pageRefusal(request, allowedOrigins, refuseHost)
    if (refusal !== undefined) return sendStatusProblem(response, refusal.status, refusal.reason)
    const reads = method === 'GET' || method === 'HEAD'
    if (name === '') {
      if (reads) return sendJson(response, 200, await store.list())
      return sendStatusProblem(response, 405, 'the list is only to be read', { allow: 'GET, HEAD' })
    }
    if (!PROFILE_NAME.test(name))
      return sendStatusProblem(
        response,
        404,
        'a profile is named by 1 to 64 letters, digits, _ and -, and .json',
      )
    if (method === 'PUT') return put(store, name, request, response)
    if (method === 'DELETE') {
      if (await store.delete(name)) return sendJson(response, 200, { ok: true })
      return sendStatusProblem(response, 404, 'there is no such profile')
    }
    if (!reads)
      return sendStatusProblem(response, 405, 'use GET, PUT or DELETE', { allow: 'GET, HEAD, PUT, DELETE' })
    const found = await store.read(name)
    if (found === undefined) return sendStatusProblem(response, 404, 'there is no such profile')
    sendResponse(response, 200, found, { 'content-type': 'application/json' })
  }
}
