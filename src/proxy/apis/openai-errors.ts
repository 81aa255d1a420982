// Errors in OpenAI's form: an `error` member, beside the members of RFC 9457 where it is a whole body.
import { z } from 'zod'
import { gatewayError, type GatewayError } from '../../core/gateway-error.ts'
import { openaiError, renderProblem } from '../../http/problem.ts'
import { sendProblem } from '../../http/send-problem.ts'
import type { ErrorWriter } from './api.ts'

const upstreamBody = z.object({ error: z.looseObject({}) })

/** @returns the `error` of an upstream's error response; undefined where it has none. */
export function readUpstreamError(body: Buffer): Readonly<Record<string, unknown>> | undefined {
  try {
    return upstreamBody.parse(JSON.parse(body.toString('utf8'))).error
  } catch {
    return undefined
  }
}

/** Stands for the error of a response that has none. */
export const unnamedError = (status: number): GatewayError =>
  gatewayError('LB_ERR_UPSTREAM_BROKEN', `the endpoint answered with status ${status}`)

/** @returns the `error` of an upstream's error response, or an error of the balancer where it has none. */
export const errorOfUpstream = (body: Buffer, status: number): Readonly<Record<string, unknown>> =>
  readUpstreamError(body) ?? { ...openaiError(unnamedError(status)) }

const errorEvent = (error: object): string => `data: ${JSON.stringify({ error })}\n\n`

export const openaiErrors: ErrorWriter = {
  statusOf: ({ statusCode }) => statusCode,
  send: (raw, headers, error, requestId) =>
    sendProblem(raw, headers, renderProblem(error, requestId, 'client')),
  event: (error) => errorEvent(openaiError(error)),
  upstreamEvent: (body, status) => errorEvent(errorOfUpstream(body, status)),
}
