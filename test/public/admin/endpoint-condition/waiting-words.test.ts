/** What cards say of clients that wait for a first byte or have given up. */
import { expect, it } from 'vitest'
import { requestWords, waitingWords } from '../../../../public/admin/endpoint-condition/waiting-words.ts'

const calm = { arrivals_per_second: 6, requests_per_second: 6, give_ups: 0, oldest_wait_ms: 800 }

it('the words about waiting clients are empty while none waits long or has given up', () => {
  expect(waitingWords(undefined)).toBe('')
  expect(waitingWords(calm)).toBe('')
  expect(waitingWords({ ...calm, give_ups: 14, oldest_wait_ms: null })).toBe('14 gave up')
  expect(waitingWords({ ...calm, give_ups: 14, oldest_wait_ms: 12_000 })).toBe(
    '14 gave up · oldest wait 12.00\u202fs',
  )
})

it('the words about requests name those that arrive where clearly fewer end', () => {
  expect(requestWords(undefined)).toBe('– req/s')
  expect(requestWords(calm)).toBe('6.0 req/s')
  expect(requestWords({ ...calm, requests_per_second: 0 })).toBe('6.0 → 0 req/s')
})
