/** The laws of frames: what is inside of them, and that it moves as they move. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createCarrying } from '../../../../../../public/admin/canvas/interaction/carrying.ts'
import { carriedBy } from '../../../../../../public/admin/canvas/model/notes/inside-frame.ts'
import { isNote, notesOf } from '../../../../../../public/admin/canvas/model/notes/note-nodes.ts'
import type { CardNode } from '../../../../../../public/admin/canvas/model/nodes.ts'
import type { CanvasNoteView } from '../../../../../../src/contract/canvas/canvas-note.ts'

const node = fc.record({
  type: fc.constantFrom('endpoint' as const, 'note' as const, 'frame' as const),
  x: fc.integer({ min: -20, max: 20 }),
  y: fc.integer({ min: -20, max: 20 }),
  width: fc.integer({ min: 1, max: 30 }),
  height: fc.integer({ min: 1, max: 30 }),
})

const nodes = fc.array(node, { minLength: 1, maxLength: 12 }).map((some) =>
  some.map(({ type, x, y, width, height }, index): CardNode => ({
    id: `${type}-${index}`,
    type,
    position: { x, y },
    width,
    height,
    data: {},
  })),
)

const steps = fc.array(fc.record({ x: fc.integer(), y: fc.integer() }), { minLength: 1, maxLength: 4 })

const items = (all: readonly CardNode[]) =>
  all.map(({ id, type, position, width = 0, height = 0 }) => ({
    id,
    isFrame: type === 'frame',
    ...position,
    width,
    height,
  }))

describe('a frame', () => {
  it('carries what has its middle in it, and frames that are whole in it, but nothing that is moved itself', () => {
    fc.assert(
      fc.property(nodes, fc.nat(), (all, choice) => {
        const moved = new Set(all.filter((_one, index) => index === choice % all.length).map(({ id }) => id))
        const carried = carriedBy(items(all), moved)
        const frame = items(all).find(({ id, isFrame }) => isFrame && moved.has(id))
        for (const item of items(all)) {
          const [right, bottom] = [item.x + item.width, item.y + item.height]
          const isIn = (x: number, y: number) =>
            frame !== undefined &&
            x >= frame.x &&
            y >= frame.y &&
            x <= frame.x + frame.width &&
            y <= frame.y + frame.height
          const belongs = item.isFrame
            ? isIn(item.x, item.y) && isIn(right, bottom)
            : isIn((item.x + right) / 2, (item.y + bottom) / 2)
          expect(carried.has(item.id)).toBe(belongs && !moved.has(item.id))
        }
      }),
    )
  })

  it('moves all of that by its own way, picks nothing up on it, and carries the same at the end', () => {
    fc.assert(
      fc.property(nodes, steps, (all, way) => {
        const moved = all.filter(({ type }) => type === 'frame').slice(0, 1)
        const carrying = createCarrying()
        const before = carriedBy(items(all), new Set(moved.map(({ id }) => id)))
        let now = all
        for (const { x, y } of way) {
          const chosen = now.filter(({ id }) => moved.some((one) => one.id === id))
          expect(new Set(carrying.begin(now, chosen))).toEqual(new Set(before.keys()))
          const places = new Map(
            chosen.map(({ id, position }) => [id, { x: position.x + x, y: position.y + y }]),
          )
          const carried = carrying.at(places)
          now = now.map((one) => {
            const position = places.get(one.id) ?? carried.get(one.id)
            return position ? { ...one, position } : one
          })
        }
        const sum = way.reduce((total, { x, y }) => ({ x: total.x + x, y: total.y + y }), { x: 0, y: 0 })
        const isMoving = (id: string) => before.has(id) || moved.some((one) => one.id === id)
        for (const [index, { id, position }] of all.entries())
          expect(now[index]?.position).toEqual(
            isMoving(id) ? { x: position.x + sum.x, y: position.y + sum.y } : position,
          )
        const last = carrying.end(
          new Map(
            now.flatMap(({ id, position }) => (moved.some((one) => one.id === id) ? [[id, position]] : [])),
          ),
        )
        for (const [id, position] of last)
          expect(now.find((one) => one.id === id)?.position).toEqual(position)
        expect(carrying.at(new Map()).size).toBe(0)
      }),
    )
  })
})

describe('the nodes of notes', () => {
  const note = (fields: Partial<CanvasNoteView> = {}): CanvasNoteView => ({
    id: 3,
    etag: '"a"',
    kind: 'note',
    text: 'Rack 3:\nmoves on Friday',
    color: 'olive',
    width: 200,
    height: 100,
    pos_x: 8,
    pos_y: 16,
    created_at: '',
    updated_at: '',
    ...fields,
  })
  const noneHeld = new Set<string>()

  it('are named by their first line, and stay the same objects while nothing of theirs changes', () => {
    const [first] = notesOf([note()], [], noneHeld)
    expect(first).toMatchObject({ id: 'note-3', type: 'note', ariaLabel: 'Note: Rack 3:' })
    const recoloured = note({ color: 'teal', text: 'Rack 3:\nmoved' })
    expect(notesOf([recoloured], [first as CardNode], noneHeld)[0]).toBe(first)
    const [moved] = notesOf([note({ pos_x: 80 })], [first as CardNode], noneHeld)
    expect(moved).toMatchObject({ position: { x: 80, y: 16 } })
    const [frame] = notesOf([note({ kind: 'frame', text: 'Paris' })], [], noneHeld)
    expect(frame).toMatchObject({ type: 'frame', ariaLabel: 'Frame: Paris' })
    expect(frame?.zIndex).toBeLessThan(-1000)
    expect(isNote(frame as CardNode)).toBe(true)
  })

  it('stay where the operator holds them, and of the size to which they are being drawn', () => {
    const [first] = notesOf([note()], [], noneHeld) as [CardNode]
    const held = { ...first, position: { x: 50, y: 50 } }
    expect(notesOf([note({ pos_x: 80 })], [held], new Set(['note-3']))[0]?.position).toEqual({ x: 50, y: 50 })
    const resizing = { ...first, resizing: true, width: 300 }
    expect(notesOf([note({ width: 100 })], [resizing], noneHeld)[0]).toBe(resizing)
  })
})
