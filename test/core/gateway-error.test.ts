// The error that the balancer reports, by a code of the table.
import { describe, expect, it } from 'vitest'
import { errorCodes, type ErrorCode } from '../../src/contract/error-codes.ts'
import { gatewayError, isGatewayError } from '../../src/core/gateway-error.ts'

describe('a gateway error', () => {
  it.each(Object.keys(errorCodes) as ErrorCode[])('%s has its status', (code) => {
    const error = gatewayError(code, 'it went wrong', { param: 'model', retryAfterS: 3 })
    expect(error).toMatchObject({ code, statusCode: errorCodes[code].status, param: 'model', retryAfterS: 3 })
    expect(error.message).toBe('it went wrong')
    expect(isGatewayError(error)).toBe(true)
  })

  it('is distinguished from other errors, whatever their code', () => {
    for (const code of ['ECONNRESET', 'toString', 'constructor', '__proto__', '', 503, undefined]) {
      expect(isGatewayError(Object.assign(new Error('x'), { code }))).toBe(false)
    }
    expect(isGatewayError({ code: 'LB_ERR_INTERNAL' })).toBe(false)
    expect(isGatewayError(undefined)).toBe(false)
  })
})
