import { expect, it } from 'vitest'
import { runChaos } from './run-chaos.ts'
import { effort } from '../support/effort.ts'

const SEED = 11
const REQUESTS = effort(200, 100)

it('no invariant breaks under random faults, clients of four kinds and an operator', async () => {
  const { findings, outcomes } = await runChaos({ seed: SEED, goesOn: (sent) => sent < REQUESTS })
  expect({ seed: SEED, findings }).toEqual({ seed: SEED, findings: [] })
  for (const kind of ['patient', 'slow']) expect(outcomes.get(`${kind}: whole`)).toBeGreaterThan(0)
})
