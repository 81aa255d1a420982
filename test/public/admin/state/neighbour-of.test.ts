/** Which card gets the focus when others are deleted. */
import { expect, it } from 'vitest'
import { neighbourOf } from '../../../../public/admin/state/neighbour-of.ts'
import type { StateView } from '../../../../src/contract/gateway.ts'

const state = {
  endpoints: [
    { id: 1, name: 'low', pos_y: 300 },
    { id: 2, name: 'high', pos_y: 0 },
    { id: 3, name: 'middle', pos_y: 150 },
  ],
  incoming_blocks: [{ id: 1, name: 'only', pos_y: 0 }],
  client_tokens: [],
} as unknown as StateView

const endpoint = (id: number) => ({ kind: 'endpoint', id }) as const

it('is the one below, else the one above, that is not deleted too', () => {
  expect(neighbourOf(state, [endpoint(2)])).toEqual(endpoint(3))
  expect(neighbourOf(state, [endpoint(1)])).toEqual(endpoint(3))
  expect(neighbourOf(state, [endpoint(2), endpoint(3)])).toEqual(endpoint(1))
})

it('is none where nothing of its kind is left', () => {
  expect(neighbourOf(state, [{ kind: 'block', id: 1 }])).toBeUndefined()
  expect(neighbourOf(state, [])).toBeUndefined()
})
