import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { ConfigAppliedView, ConfigDiffView } from '../../../src/contract/config-file.ts'
import { canvasColors } from '../../../src/contract/objects/canvas-colors.ts'
import { indexConfiguration } from '../../../src/core/state/configuration.ts'
import { exportConfig } from '../../../src/admin/config-file/export-config.ts'
import { planCanvas } from '../../../src/admin/config-file/plan/plan-canvas.ts'
import { effort } from '../../support/effort.ts'
import { configuration } from '../../support/gateway/gateway-fixture.ts'
import { startAdmin, ADMIN_TOKEN, PREFIX } from '../start-admin.ts'

async function start() {
  const admin = await startAdmin()
  return {
    ...admin,
    export: async () => {
      const headers = { 'x-admin-token': ADMIN_TOKEN }
      return (await fetch(`${admin.address}${PREFIX}/config`, { headers })).text()
    },
    diff: (yaml: string, fields: object = {}) =>
      admin.call<ConfigDiffView>('POST', '/config/diff', { yaml, ...fields }),
    apply: (yaml: string, fields: object = {}) =>
      admin.call<ConfigAppliedView>('POST', '/config/apply', { yaml, ...fields }),
  }
}

const CANVAS = `
endpoint_groups:
  - { name: paris, color: teal }
canvas_notes:
  - { kind: frame, text: Paris, width: 640, height: 480, pos_x: 16, pos_y: -40 }
  - { kind: note, text: "Rack 3:\\nmoves on Friday", color: olive, pos_y: 80 }
`

const notes = fc.array(
  fc.record({
    id: fc.constant(0),
    kind: fc.constantFrom('note' as const, 'frame' as const),
    text: fc.constantFrom('a', 'b', 'a\nb'),
    color: fc.constantFrom(...canvasColors),
    width: fc.constantFrom(64, 224),
    height: fc.constant(128),
    posX: fc.integer({ min: -2, max: 2 }),
    posY: fc.integer({ min: -2, max: 2 }),
    createdAt: fc.constant(''),
    updatedAt: fc.constant(''),
  }),
  { maxLength: 8 },
)

describe('the canvas in a configuration file', () => {
  it('comes to another gateway as it was', async () => {
    const [from, to] = [await start(), await start()]
    expect((await from.apply(CANVAS)).body.applied).toBe(3)
    const text = await from.export()
    expect(parse(text)).toMatchObject({
      endpoint_groups: [{ name: 'paris', color: 'teal' }],
      canvas_notes: [
        { kind: 'frame', text: 'Paris', width: 640, height: 480, pos_x: 16, pos_y: -40 },
        { kind: 'note', text: 'Rack 3:\nmoves on Friday', color: 'olive', pos_y: 80 },
      ],
    })
    await to.apply(text)
    expect(await to.export()).toBe(text)
    expect((await to.diff(text)).body.changes).toEqual([])
  })

  it('is compared by text: what moves is changed, what reads otherwise is another one', async () => {
    const gateway = await start()
    await gateway.apply(CANVAS)
    const file = CANVAS.replace('pos_x: 16', 'pos_x: 24').replace('Friday', 'Monday').replace('teal', 'pink')
    const { changes, warnings } = (await gateway.diff(file)).body
    expect(changes).toEqual([
      {
        action: 'update',
        object_type: 'canvas_note',
        name: 'Paris',
        before: { pos_x: 16 },
        after: { pos_x: 24 },
      },
      expect.objectContaining({ action: 'create', object_type: 'canvas_note', name: 'Rack 3:' }),
      {
        action: 'update',
        object_type: 'endpoint_group',
        name: 'paris',
        before: { color: 'teal' },
        after: { color: 'pink' },
      },
    ])
    expect(warnings.join()).toContain('1 note or frame is not in the file')
    expect((await gateway.apply(file)).body.changes).toEqual(changes)
    expect(gateway.state.snapshot().notes).toHaveLength(3)
    expect((await gateway.audit()).slice(0, 3).map(({ action }) => action)).toEqual([
      'endpoint_group.update',
      'canvas_note.create',
      'canvas_note.update',
    ])
  })

  it('loses by pruning what the file does not name, and nothing where the file has no such section', async () => {
    const gateway = await start()
    await gateway.apply(CANVAS)
    expect((await gateway.diff('version: 1', { prune: true })).body.changes).toEqual([])
    const { changes } = (await gateway.apply('endpoint_groups: []\ncanvas_notes: []', { prune: true })).body
    expect(changes.map(({ action }) => action)).toEqual(['delete', 'delete', 'delete'])
    expect(gateway.state.snapshot()).toMatchObject({ notes: [], groupColors: [] })
  })

  it.each([
    ['endpoint_groups: [{ name: a, color: teal }, { name: a, color: blue }]', '/endpoint_groups/1'],
    ['endpoint_groups: [{ name: a, color: red }]', '/endpoint_groups/0/color'],
    ['canvas_notes: [{ kind: note, text: "" }]', '/canvas_notes/0/text'],
    ['canvas_notes: [{ kind: note }]', '/canvas_notes/0/text'],
  ])('is refused as %s', async (yaml, pointer) => {
    const { status, body } = await (await start()).call('POST', '/config/apply', { yaml })
    expect(status).toBe(422)
    expect(body.errors.map((error) => error.pointer)).toContain(pointer)
  })

  it('is not filled beyond its limit', async () => {
    const gateway = await start()
    const entries = (text: string, count: number): string =>
      `canvas_notes: [${Array.from({ length: count }, (_, n) => `{ kind: note, text: ${text}${n} }`).join()}]`
    expect((await gateway.apply(entries('a', 300))).status).toBe(200)
    expect((await gateway.apply(entries('b', 201))).status).toBe(422)
    expect((await gateway.apply(entries('b', 201), { prune: true })).status).toBe(200)
  })

  it('is the same after export and import, whatever notes there are, by whatever ids', async () => {
    await fc.assert(
      fc.asyncProperty(notes, async (some) => {
        const stored = some.map((note, index) => ({ ...note, id: index + 1 }))
        const snapshot = indexConfiguration(configuration([], { notes: stored }))
        const file = await exportConfig(snapshot, { withPositions: false })
        expect(planCanvas(file, snapshot, true).notes.changes).toEqual([])
        const other = {
          notes: stored.toReversed().map((note, index) => ({ ...note, id: index + 1 })),
          groupColors: [],
        }
        expect(planCanvas(file, other, true).notes.changes).toEqual([])
        const empty = { notes: [], groupColors: [] }
        expect(planCanvas(file, empty, false).notes.changes).toHaveLength(some.length)
      }),
      { numRuns: effort(300, 60) },
    )
  })
})
