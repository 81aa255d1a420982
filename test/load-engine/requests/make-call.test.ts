import { expect, it } from 'vitest'
import { makeCall } from '../../../src/load-engine/requests/make-call.ts'
import { apiCallNames } from '../../../src/load-engine/model/api-calls.ts'
import { defaultScenario } from '../../../src/load-engine/model/scenario.ts'

it('the key is sent as a bearer key, and for messages, as their backends read it, in x-api-key too', () => {
  for (const call of apiCallNames)
    for (const key of ['', 'secret']) {
      const made = makeCall(
        { ...defaultScenario, call, key },
        { number: 1, scheduledAtMs: 0, step: '' },
        {},
        1,
      )
      const { authorization, 'x-api-key': apiKey } = made.headers
      const given = key === '' ? undefined : key
      expect([authorization, apiKey], call).toEqual([
        given && `Bearer ${given}`,
        call === 'messages' ? given : undefined,
      ])
    }
})
