/** The address of the admin page. */
import { describe, expect, it } from 'vitest'
import { formatHash, parseHash } from '../../../../../public/admin/state/workspace/page-location.ts'

describe('the address', () => {
  it.each([
    '#/canvas',
    '#/usage',
    '#/requests',
    '#/requests?endpoint=3&outcome=failure',
    '#/audit',
    '#/settings',
    '#/endpoint/3',
    '#/block/1',
    '#/token/12',
    '#/wire/1-3',
  ])('%s is the same after it has been parsed and formatted', (hash) => {
    expect(formatHash(parseHash(hash))).toBe(hash)
  })

  it.each([
    '',
    '#',
    '#/',
    '#/nowhere',
    '#/endpoint',
    '#/endpoint/x',
    '#/endpoint/1-2',
    '#/wire/1',
    '#/wire/1-2-3',
  ])('%s means the canvas without a selection', (hash) =>
    expect(parseHash(hash)).toEqual({ view: 'canvas', nodes: [], wires: [] }),
  )

  it('names the selected card or wire, and no selection of several', () => {
    const [first, second] = [
      { kind: 'endpoint', id: 1 },
      { kind: 'endpoint', id: 2 },
    ] as const
    expect(parseHash('#/endpoint/1').nodes).toEqual([first])
    expect(parseHash('#/wire/1-2').wires).toEqual([{ blockId: 1, endpointId: 2 }])
    expect(formatHash({ view: 'canvas', nodes: [first, second], wires: [] })).toBe('#/canvas')
  })
})
