import fc from 'fast-check'
import { expect, it } from 'vitest'
import { candidateStates } from '../../../src/contract/objects/decision-words.ts'
import {
  createCandidateTable,
  endpointIdAt,
  readCandidates,
  writeCandidate,
  writeTimes,
} from '../../../src/core/decisions/candidate-table.ts'

const number = fc.double({ noNaN: true, noDefaultInfinity: true })
const time = fc.option(number, { nil: undefined })
const candidate = fc.record({
  endpointId: fc.nat(),
  state: fc.constantFrom(...candidateStates),
  pass: number,
  rank: fc.nat(),
  inflight: fc.nat(),
  firstTokenMs: time,
  queueMs: time,
  cachedTokens: time,
})

it('reads from any rows what was written to them', () => {
  fc.assert(
    fc.property(fc.array(candidate, { minLength: 1, maxLength: 8 }), fc.nat(7), (candidates, from) => {
      const table = createCandidateTable(candidates.length)
      // The last first, so that one row would spoil another.
      for (const [row, each] of [...candidates.entries()].reverse()) {
        writeCandidate(table, row, each)
        writeTimes(table, row, each.firstTokenMs ?? NaN, each.queueMs ?? NaN, each.cachedTokens ?? NaN)
      }
      const first = from % candidates.length
      expect(readCandidates(table, first, candidates.length - first)).toEqual(candidates.slice(first))
      expect(candidates.map((_, row) => endpointIdAt(table, row))).toEqual(
        candidates.map(({ endpointId }) => endpointId),
      )
    }),
  )
})
