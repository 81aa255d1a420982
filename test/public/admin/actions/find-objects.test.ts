/** Objects that are found in what is typed. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { findObjects, fuzzyFit, splitJoined } from '../../../../public/admin/actions/find-objects.ts'
import type { StateView } from '../../../../src/contract/gateway.ts'

const named = (...names: string[]) => names.map((name, index) => ({ id: index + 1, name }))
const state = {
  endpoints: named('vllm-1', 'vllm-2', 'gpu-500', 'gpu-50'),
  incoming_blocks: named('team-a', 'team b'),
  client_tokens: named('nightly-job', 'web-chat'),
} as unknown as StateView
const best = (text: string): string | undefined => findObjects(state, text, 4)[0]?.name

it('finds the whole name first, and names by their parts', () => {
  expect(best('disable gpu-500')).toBe('gpu-500')
  expect(best('disable gpu-50')).toBe('gpu-50')
  expect(best('show requests of nightly')).toBe('nightly-job')
  expect(best('vl2')).toBe('vllm-2')
  expect(best('wires of team b')).toBe('team b')
  expect(findObjects(state, 'xyz', 4)).toEqual([])
  expect(findObjects(state, '', 4)).toEqual([])
})

it('splits what is to be joined', () => {
  expect(splitJoined('wire team-a to vllm-2')).toEqual({ from: 'wire team-a', to: 'vllm-2', by: 'to' })
  expect(splitJoined('wire team-a like team b')).toMatchObject({ by: 'like', to: 'team b' })
  expect(splitJoined('wire team-a')).toBeUndefined()
})

it('fits a name only with all letters in their order, and best with the whole name', () => {
  const word = fc.stringMatching(/^[a-z0-9-]{1,12}$/)
  fc.assert(
    fc.property(word, word, (name, other) => {
      const whole = fuzzyFit(name, name)
      expect(whole).toBeCloseTo(1)
      expect(fuzzyFit(name, other)).toBeLessThanOrEqual(whole + 1e-9)
      if (fuzzyFit(name, other) > 0) for (const letter of other) expect(name).toContain(letter)
    }),
  )
})
