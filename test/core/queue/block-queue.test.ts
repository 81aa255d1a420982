// What is told of the requests of each incoming block that wait.
import { expect, it } from 'vitest'
import { MAX_TOKENS } from '../../../src/core/queue/block-queue.ts'
import { requestFor } from '../../support/gateway/closed-loop.ts'
import { startAdmission, submit } from '../../support/gateway/admission-fixture.ts'
import { tokenConfig } from '../../support/gateway/gateway-fixture.ts'

it('of the requests of a block that wait, their number, the longest wait and the client tokens are told', () => {
  const { admission, advance } = startAdmission()
  expect(admission.waiting()).toEqual(new Map())
  submit(admission)
  const [anna, ben] = [tokenConfig(1), tokenConfig(2)]
  const oldest = submit(admission, requestFor({ token: anna }))
  advance(100)
  submit(admission, requestFor({ token: ben }))
  submit(admission, requestFor({ token: anna }))
  submit(admission, requestFor({ token: null }))
  advance(20)
  expect(admission.waiting().get(1)).toEqual({ requests: 4, oldestMs: 120, tokenIds: [1, 2] })
  oldest.cancel?.()
  expect(admission.waiting().get(1)).toMatchObject({ requests: 3, oldestMs: 20 })
})

it('names no more client tokens than a page can show', () => {
  const { admission } = startAdmission()
  submit(admission)
  for (let id = 1; id <= MAX_TOKENS + 5; id += 1) submit(admission, requestFor({ token: tokenConfig(id) }))
  const queue = admission.waiting().get(1)
  expect(queue?.requests).toBe(MAX_TOKENS + 5)
  expect(queue?.tokenIds).toHaveLength(MAX_TOKENS)
})
