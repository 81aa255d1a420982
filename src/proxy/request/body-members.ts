// Reads single members of a JSON body by their byte ranges, and says what is wrong with one.
import { gatewayError, type GatewayError } from '../../core/gateway-error.ts'
import type { ValueRange } from '../json/find-members.ts'
import { QUOTE, isWord } from '../json/json-scan.ts'
import { skipPlain } from '../json/skip-plain.ts'

export const bad = (param: string, detail: string): GatewayError =>
  gatewayError('LB_ERR_BAD_REQUEST', detail, { param })

export function duplicateError(key: string): GatewayError {
  // Servers differ in which of two equal keys they read.
  return gatewayError('LB_ERR_DUPLICATE_KEY', `The body has the key "${key}" more than once.`, { param: key })
}

export const is = (bytes: Buffer, { start, end }: ValueRange, word: string): boolean =>
  isWord(bytes, start, end, word)

/** @returns undefined where the member is absent or null. */
export const present = (bytes: Buffer, value: ValueRange | undefined): ValueRange | undefined =>
  value && is(bytes, value, 'null') ? undefined : value

/** @throws gatewayError LB_ERR_BAD_REQUEST for a value that is no string, or too long. @param maxBytes - with its quotes. */
export function readText(bytes: Buffer, param: string, { start, end }: ValueRange, maxBytes: number): string {
  if (bytes[start] !== QUOTE) throw bad(param, `${param} must be a string.`)
  if (end - start > maxBytes) throw bad(param, `${param} may have ${maxBytes} bytes at most.`)
  const isPlain = skipPlain(bytes, start + 1) === end - 1
  return isPlain
    ? bytes.toString('utf8', start + 1, end - 1)
    : (JSON.parse(bytes.toString('utf8', start, end)) as string)
}
