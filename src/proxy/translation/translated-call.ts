// Which call messages are translated into, and what an attempt sends and reads because of it.
import type { Lease } from '../../core/lease/lease.ts'
import type { Api } from '../apis/api.ts'
import { chat } from '../apis/chat.ts'
import { prepareBody, type PreparedBody } from '../request/prepare-body.ts'
import { translateRequest } from './request/translate-request.ts'

export const TRANSLATED = { api: chat.name, path: '/v1/chat/completions' } as const

export const isTranslated = (api: Api, lease: Pick<Lease, 'request'> | undefined): boolean =>
  lease !== undefined && lease.request.api !== api.name

/** The call that the lease's endpoint is asked for. */
export const servedApi = (api: Api, lease: Pick<Lease, 'request'> | undefined): Api =>
  isTranslated(api, lease) ? chat : api

/** @throws gatewayError LB_ERR_BAD_REQUEST where the request has no counterpart. */
export const translateBody = ({ bytes }: PreparedBody): PreparedBody => prepareBody(translateRequest(bytes))
