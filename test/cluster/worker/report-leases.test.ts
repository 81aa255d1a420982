import { expect, it } from 'vitest'
import type { WorkerMessage } from '../../../src/cluster/messages.ts'
import { reportLeases } from '../../../src/cluster/worker/report-leases.ts'
import { createAdmission } from '../../../src/core/queue/admission.ts'
import { createGuaranteeLedger } from '../../../src/core/queue/guarantee.ts'
import { createRouter } from '../../../src/core/routing/router.ts'
import { createLocalSums } from '../../../src/core/shared/windowed-sums.ts'
import { requestFor } from '../../support/gateway/closed-loop.ts'
import {
  configuration,
  endpointConfig,
  gatewayState,
  manualClock,
} from '../../support/gateway/gateway-fixture.ts'

it('makes the hashes of a prompt where caches are regarded, and only there', () => {
  const now = manualClock().now
  const state = gatewayState(configuration([endpointConfig(1)]), now)
  const admission = createAdmission({
    clock: now,
    guarantees: createGuaranteeLedger(createLocalSums(now)),
    maxWaiting: 0,
    timeoutMs: 1_000,
    setTimer: () => () => undefined,
    createRouter: (hooks) =>
      createRouter({ state, clock: now, policy: { failThreshold: 3, cooldownS: 20 }, hooks }),
  })
  const described = (usesPrefix: boolean) => {
    const messages: WorkerMessage[] = []
    let made = 0
    const prompt = {
      bytes: 9_000,
      blocks() {
        made += 1
        return new Int32Array([1, 2])
      },
    }
    reportLeases(
      admission,
      () => usesPrefix,
      (message) => messages.push(message),
    ).admit(requestFor({ prompt }), [], undefined)
    const [begin] = messages
    return { made: made > 0, blocks: begin?.type === 'begin' && begin.request.promptBlocks !== undefined }
  }
  state.replace({ ...state.snapshot(), settings: { ...state.snapshot().settings, placement: 'load' } })
  expect(described(false)).toEqual({ made: false, blocks: false })
  expect(described(true)).toEqual({ made: true, blocks: true })
})
