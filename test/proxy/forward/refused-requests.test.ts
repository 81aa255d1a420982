import { beforeEach, expect, it, onTestFinished, vi } from 'vitest'
import { chat } from '../../../src/proxy/apis/chat.ts'
import { endpointConfig, tripFor } from '../../support/gateway/gateway-fixture.ts'
import { createScriptedForwards } from '../../support/gateway/scripted-forwards.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
})

it('a refused request is explained as of its selection, although a cooldown ends before it is logged', () => {
  const late = {
    ...chat,
    errors: {
      ...chat.errors,
      // It is asked between the selection and the log.
      statusOf(fault: Parameters<typeof chat.errors.statusOf>[0]) {
        clock.advance(50)
        return chat.errors.statusOf(fault)
      },
    },
  }
  const { clock, state, logged, send } = createScriptedForwards([endpointConfig(1, { name: 'e1' })], 2, late)
  state.endpoint(1).tripped = tripFor(20, clock.now(), false)
  send({ messages: [] })
  expect(logged).toMatchObject([
    { outcome: 'refused', errorCode: 'LB_ERR_ALL_COOLING', endpoints: { e1: 'cooling down' } },
  ])
})
