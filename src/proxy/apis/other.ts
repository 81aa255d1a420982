// Calls below /v1 that the balancer does not know, which LB_PASS_UNKNOWN_ROUTES passes on: JSON, or no body.
import type { IncomingMessage } from 'node:http'
import { noBody } from '../request/prepare-body.ts'
import type { Api } from './api.ts'
import { jsonCall } from './openai-calls.ts'
import { createTypedEventReader } from './response-formats.ts'

const URL_PATTERN = '/v1/*'
const MAX_CHARACTERS = 512
/** No escapes and no segment that begins with a dot: a backend must not be led out of its /v1. */
const plainPath = /^\/v1(?:\/[\w~:@-][\w.~:@-]*)+$/

const post: Api = {
  ...jsonCall,
  name: 'other',
  routes: [],
  createResponseReader: createTypedEventReader,
}

const get: Api = { ...post, method: 'GET', readRequest: () => noBody }

/** @param request - a GET or POST. @returns undefined where its path is not passed on. */
export function otherCall({ method, url = '' }: Pick<IncomingMessage, 'method' | 'url'>) {
  const path = /^[^?#]*/.exec(url)?.[0] ?? ''
  if (path.length > MAX_CHARACTERS || !plainPath.test(path)) return undefined
  return { api: method === 'GET' ? get : post, url: URL_PATTERN, path, objectId: undefined }
}
