// The one error body, for readers of RFC 9457 and of OpenAI's format.
import { describe, expect, it } from 'vitest'
import { errorCodes, type ErrorCode } from '../../src/contract/error-codes.ts'
import { problem } from '../../src/contract/problem.ts'
import { gatewayError, isGatewayError, problemBody } from '../../src/core/gateway-error.ts'

describe('a gateway error', () => {
  it.each(Object.keys(errorCodes) as ErrorCode[])(
    '%s has its status and a body that keeps to the schema',
    (code) => {
      const error = gatewayError(code, 'it went wrong', { param: 'model', retryAfterS: 3 })
      expect(error).toMatchObject({ code, statusCode: errorCodes[code].status, retryAfterS: 3 })
      expect(isGatewayError(error)).toBe(true)
      const body = problemBody(error, 'request-1', true)
      expect(problem.strict().parse(body)).toEqual(body)
      expect(body).toEqual({
        type: `urn:llm-load-balancer:error:${code}`,
        title: errorCodes[code].title,
        status: errorCodes[code].status,
        detail: 'it went wrong',
        code,
        request_id: 'request-1',
        error: { message: 'it went wrong', type: errorCodes[code].openaiType, param: 'model', code },
      })
    },
  )

  it('has the OpenAI member on proxy routes alone, and bad fields only where there are any', () => {
    const errors = [{ pointer: '/name', detail: 'is missing' }]
    const body = problemBody(gatewayError('LB_ERR_VALIDATION', 'no', { errors }), 'r', false)
    expect(body).not.toHaveProperty('error')
    expect(body.errors).toEqual(errors)
    const bare = problemBody(gatewayError('LB_ERR_NOT_FOUND', 'no'), 'r', true)
    expect(bare).not.toHaveProperty('errors')
    expect(bare.error?.param).toBeNull()
  })

  it('is told from other errors, whatever their code', () => {
    for (const code of ['ECONNRESET', 'toString', 'constructor', '__proto__', '', 503, undefined]) {
      expect(isGatewayError(Object.assign(new Error('x'), { code }))).toBe(false)
    }
    expect(isGatewayError({ code: 'LB_ERR_INTERNAL' })).toBe(false)
    expect(isGatewayError(undefined)).toBe(false)
  })
})
