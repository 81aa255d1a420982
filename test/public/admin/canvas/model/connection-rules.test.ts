/** The verdicts on connections between cards. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkConnection } from '../../../../../public/admin/canvas/model/connection-rules.ts'
import type { NodeRef } from '../../../../../public/admin/state/node-ref.ts'
import type { StateView } from '../../../../../src/contract/gateway.ts'

const state = {
  client_tokens: [{ id: 1, incoming_block_id: 1, preferred_endpoint_id: 1 }],
  incoming_blocks: [{ id: 1 }, { id: 2 }],
  endpoints: [{ id: 1 }, { id: 2 }],
  wires: [{ incoming_block_id: 1, endpoint_id: 1 }],
} as StateView

const token: NodeRef = { kind: 'token', id: 1 }
const block = (id: number): NodeRef => ({ kind: 'block', id })
const endpoint = (id: number): NodeRef => ({ kind: 'endpoint', id })
const kindOf = (one: NodeRef, other: NodeRef) => checkConnection(state, one, other).kind

describe('a connection', () => {
  it('has the same verdict from either end', () => {
    const node = fc.record({
      kind: fc.constantFrom('token' as const, 'block' as const, 'endpoint' as const),
      id: fc.constantFrom(1, 2),
    })
    fc.assert(
      fc.property(node, node, (one, other) => {
        expect(checkConnection(state, one, other)).toEqual(checkConnection(state, other, one))
      }),
    )
  })

  it('of block and endpoint is a wire, unless it exists', () => {
    expect(checkConnection(state, block(2), endpoint(1))).toEqual({
      kind: 'wire',
      wire: { blockId: 2, endpointId: 1 },
    })
    expect(kindOf(block(1), endpoint(1))).toBe('refused')
  })

  it('of client token and block moves the token, unless it is in the block', () => {
    expect(kindOf(token, block(2))).toBe('move')
    expect(kindOf(token, block(1))).toBe('refused')
  })

  it('of client token and endpoint sets the preference, and names the missing wire', () => {
    expect(checkConnection(state, token, endpoint(2))).toEqual({
      kind: 'prefer',
      tokenId: 1,
      endpointId: 2,
      missing: { blockId: 1, endpointId: 2 },
    })
    expect(kindOf(token, endpoint(1))).toBe('refused')
  })

  it('of two cards of one kind, or of a card with itself, is refused with a reason', () => {
    for (const [one, other] of [
      [block(1), block(2)],
      [endpoint(1), endpoint(2)],
      [token, token],
    ] as const) {
      expect(checkConnection(state, one, other)).toMatchObject({
        kind: 'refused',
        reason: expect.stringMatching(/\w/) as string,
      })
    }
  })
})
