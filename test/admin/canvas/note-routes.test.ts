import { describe, expect, it } from 'vitest'
import { MAX_NOTES } from '../../../src/contract/objects/canvas-note-fields.ts'
import type { CanvasNoteView } from '../../../src/contract/canvas/canvas-note.ts'
import { startAdmin } from '../start-admin.ts'

const note = { kind: 'note', text: 'Rack 3:\nmoves on Friday', color: 'olive', pos_x: 40, pos_y: -8 }
const frame = { kind: 'frame', text: 'Paris', width: 640, height: 480 }

async function startWithNote() {
  const admin = await startAdmin()
  const { body, status } = await admin.call<CanvasNoteView>('POST', '/canvas-notes', note)
  expect(status).toBe(200)
  return { ...admin, note: body }
}

describe('notes and frames', () => {
  it('are created, listed, shown in the state, changed and deleted, each with its row in the audit', async () => {
    const { call, audit, note: created } = await startWithNote()
    expect(created).toMatchObject({ id: 1, ...note, width: 224, height: 128 })
    const { body: framed } = await call<CanvasNoteView>('POST', '/canvas-notes', frame)
    expect(framed).toMatchObject({ id: 2, ...frame, color: 'gray', pos_x: 0, pos_y: 0 })
    expect((await call('GET', '/canvas-notes')).body).toEqual([created, framed])
    expect((await call('GET', '/canvas-notes/1')).body).toEqual(created)
    expect((await call('GET', '/state')).body.canvas_notes).toEqual([created, framed])
    const change = { text: 'Moved', color: 'teal', width: 300, height: 60 }
    expect((await call('PATCH', '/canvas-notes/1', change)).body).toMatchObject(change)
    expect((await call('DELETE', '/canvas-notes/1')).body).toEqual({ ok: true })
    expect((await call('GET', '/state')).body.canvas_notes).toEqual([framed])
    expect((await audit()).slice(0, 4)).toMatchObject([
      { action: 'canvas_note.delete', object_type: 'canvas_note', object_id: '1', after: null },
      { action: 'canvas_note.update', before: { color: 'olive', width: 224 }, after: change },
      { action: 'canvas_note.create', object_id: '2', before: null, after: frame },
      { action: 'canvas_note.create', object_id: '1', before: null, after: note },
    ])
  })

  it('are restored as they were, also by a server that starts later', async () => {
    const { call, note: created, path, close } = await startWithNote()
    await call('DELETE', '/canvas-notes/1')
    await close()
    const later = await startAdmin({ path })
    expect((await later.call('GET', '/canvas-notes')).body).toEqual([])
    expect((await later.call('POST', '/canvas-notes/1/restore')).body).toEqual({
      ...created,
      updated_at: expect.any(String) as string,
    })
    expect((await later.call('POST', '/canvas-notes/1/restore')).status).toBe(404)
  })

  it('are changed only in the version that the operator has seen, and their place is no part of it', async () => {
    const { call, note: created } = await startWithNote()
    const ifMatch = { 'if-match': created.etag }
    const places = { canvas_notes: [{ id: 1, pos_x: 900, pos_y: 24 }] }
    expect((await call('PATCH', '/positions', places)).status).toBe(200)
    expect((await call('PATCH', '/canvas-notes/1', { text: 'Mine' }, ifMatch)).body).toMatchObject({
      text: 'Mine',
      pos_x: 900,
      pos_y: 24,
    })
    const late = await call('PATCH', '/canvas-notes/1', { text: 'Late' }, ifMatch)
    expect(late.status).toBe(412)
    expect(late.body).toMatchObject({ current: { text: 'Mine' } })
    expect((await call('DELETE', '/canvas-notes/1', undefined, ifMatch)).status).toBe(412)
  })

  it('move with cards in one change', async () => {
    const { call, endpoint, audit } = await startWithNote()
    const id = await endpoint('a')
    const body = {
      endpoints: [{ id, pos_x: 8, pos_y: 16 }],
      canvas_notes: [{ id: 1, pos_x: 24, pos_y: 32 }],
    }
    expect((await call('PATCH', '/positions', body)).status).toBe(200)
    expect((await audit()).slice(0, 1)).toMatchObject([
      {
        action: 'positions.update',
        after: { [`endpoints/${id}`]: { pos_x: 8 }, 'canvas_notes/1': { pos_y: 32 } },
      },
    ])
    const unknown = { ...body, canvas_notes: [{ id: 7, pos_x: 0, pos_y: 0 }] }
    expect((await call('PATCH', '/positions', unknown)).status).toBe(404)
  })

  it('change nothing of what workers and requests need', async () => {
    const { call, state, endpoint } = await startWithNote()
    await endpoint('a')
    const before = state.snapshot()
    await call('PATCH', '/canvas-notes/1', { text: 'Other' })
    const after = state.snapshot()
    expect(after.notes).not.toBe(before.notes)
    for (const list of ['endpoints', 'blocks', 'tokens', 'wires', 'aliases', 'settings'] as const)
      expect(after[list]).toBe(before[list])
    expect(after.endpointsByBlock).toBe(before.endpointsByBlock)
  })

  it.each([
    [{ kind: 'sticker', text: 'x' }],
    [{ kind: 'note' }],
    [{ ...note, text: '' }],
    [{ ...note, text: ' \n ' }],
    [{ ...note, text: 'a\u0007' }],
    [{ ...note, text: 'x'.repeat(2001) }],
    [{ ...note, color: '#ff0000' }],
    [{ ...note, width: 10 }],
    [{ ...note, height: 200_000 }],
    [{ ...note, pos_x: 2_000_000 }],
    [{ ...note, name: 'x' }],
  ])('are refused as %j', async (body) => {
    const { call } = await startAdmin()
    expect((await call('POST', '/canvas-notes', body)).status).toBe(422)
  })

  it('stay what they are, and need a change to be changed', async () => {
    const { call } = await startWithNote()
    expect((await call('PATCH', '/canvas-notes/1', { kind: 'frame' })).status).toBe(422)
    expect((await call('PATCH', '/canvas-notes/1', {})).status).toBe(400)
    expect((await call('PATCH', '/canvas-notes/9', { text: 'x' })).status).toBe(404)
  })

  it('are limited in number, also by a restoration', async () => {
    const { call, store } = await startWithNote()
    await call('DELETE', '/canvas-notes/1')
    await store.transaction(async (tx) => {
      const values = {
        kind: 'note',
        text: 'x',
        color: 'gray',
        width: 99,
        height: 99,
        posX: 0,
        posY: 0,
      } as const
      for (let number = 0; number < MAX_NOTES; number += 1) await tx.notes.insert(values)
    })
    expect((await call('POST', '/canvas-notes', note)).status).toBe(409)
    expect((await call('POST', '/canvas-notes/1/restore')).status).toBe(409)
    await call('DELETE', '/canvas-notes/2')
    expect((await call('POST', '/canvas-notes/1/restore')).status).toBe(200)
  })
})
