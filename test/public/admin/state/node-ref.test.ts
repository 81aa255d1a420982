/** The written forms of cards and wires. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  nodeKey,
  nodeOfKey,
  objectPath,
  parseNodeKey,
  parseNodePath,
  parseWireKey,
  parseWireObjectId,
  wireKey,
  type NodeKind,
} from '../../../../public/admin/state/node-ref.ts'

const id = fc.integer({ min: 1, max: 999_999_999_999_999 })
const node = fc.record({ kind: fc.constantFrom<NodeKind>('endpoint', 'block', 'token'), id })
const wire = fc.record({ blockId: id, endpointId: id })

describe('a reference to a card', () => {
  it('is the same after it has been written as a key or a path and parsed', () => {
    fc.assert(
      fc.property(node, (ref) => {
        expect(parseNodeKey(nodeKey(ref))).toEqual(ref)
        expect(nodeOfKey(nodeKey(ref))).toEqual(ref)
        expect(parseNodePath(objectPath(ref))).toEqual(ref)
      }),
    )
  })

  it.each(['', 'endpoint', 'endpoint-', 'endpoint-x', 'wire-1', 'endpoint-1-2', ' endpoint-1', 'Endpoint-1'])(
    'is not parsed from the key "%s"',
    (text) => {
      expect(parseNodeKey(text)).toBeUndefined()
      expect(() => nodeOfKey(text)).toThrow('not the key of a card')
    },
  )

  it.each(['', '/endpoints', '/endpoints/1/test', '/wires/1/2', '/endpoints/x', '/routing', 'endpoints/1'])(
    'is not parsed from the path "%s"',
    (path) => expect(parseNodePath(path)).toBeUndefined(),
  )
})

describe('a reference to a wire', () => {
  it('is the same after it has been written as a key or an object id and parsed', () => {
    fc.assert(
      fc.property(wire, (ref) => {
        expect(parseWireKey(wireKey(ref))).toEqual(ref)
        expect(parseWireObjectId(`${ref.blockId}/${ref.endpointId}`)).toEqual(ref)
      }),
    )
  })

  it.each(['', '1', '1-', '-1', '1-2-3', 'a-b', '1-x', '1/2'])('is not parsed from the key "%s"', (text) =>
    expect(parseWireKey(text)).toBeUndefined(),
  )
})
