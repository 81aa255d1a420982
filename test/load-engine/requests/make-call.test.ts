import { expect, it } from 'vitest'
import { createCallMaker, type Job } from '../../../src/load-engine/requests/make-call.ts'
import { apiCallNames } from '../../../src/load-engine/model/api-calls.ts'
import { defaultScenario } from '../../../src/load-engine/model/scenario.ts'

const job = (number: number): Job => ({ number, scheduledAtMs: 0, step: '' })

it('the key is sent as a bearer key, and for messages, as their backends read it, in x-api-key too', () => {
  for (const call of apiCallNames)
    for (const key of ['', 'secret']) {
      const made = createCallMaker({ ...defaultScenario, call, key }, {}, 1)(job(1))
      const { authorization, 'x-api-key': apiKey } = made.headers
      const given = key === '' ? undefined : key
      expect([authorization, apiKey], call).toEqual([
        given && `Bearer ${given}`,
        call === 'messages' ? given : undefined,
      ])
    }
})

it('requests that are the same are made once, and others share their headers', () => {
  const same = createCallMaker(defaultScenario, {}, 1)
  expect(same(job(1))).toBe(same(job(2)))
  const marked = createCallMaker({ ...defaultScenario, batchMarker: 'run' }, {}, 1)
  const [first, second] = [marked(job(1)), marked(job(2))]
  expect(first.body).toContain('[run #1]')
  expect(second.body).toContain('[run #2]')
  expect(first.headers).toBe(second.headers)
})
