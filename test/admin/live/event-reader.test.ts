// What one reader of the stream of events is sent, and when.
import { describe, expect, it } from 'vitest'
import { createEventReader, cutIfStalled } from '../../../src/admin/live/event-reader.ts'

const PIECE_BYTES = 65_536
const pieces = (count: number): Buffer[] =>
  Array.from({ length: count }, (_, n) => Buffer.alloc(PIECE_BYTES, n))

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('a reader of events', () => {
  it('is sent a large event one piece in each turn of the event loop, however fast it reads', async () => {
    const reader = createEventReader(false)
    const chunks: Buffer[] = []
    reader.stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    const sent = pieces(20)
    reader.send(...sent)
    for (let turns = 0; chunks.length < sent.length; turns += 1) {
      expect(chunks.length).toBeLessThanOrEqual(turns + 2)
      await turn()
    }
    expect(Buffer.concat(chunks).equals(Buffer.concat(sent))).toBe(true)
    expect(reader.unreadBytes()).toBe(0)
  })

  it('is sent a small event at once, and after a large one in its place', async () => {
    const reader = createEventReader(false)
    reader.send(Buffer.from('small'))
    expect((reader.stream.read() as Buffer).toString()).toBe('small')
    reader.send(...pieces(3))
    reader.send(Buffer.from('last'))
    expect(reader.unreadBytes()).toBe(3 * PIECE_BYTES + 4)
    let text = ''
    reader.stream.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
    while (reader.unreadBytes() > 0) await turn()
    expect(text.length).toBe(3 * PIECE_BYTES + 4)
    expect(text.endsWith('last')).toBe(true)
  })

  it('may take as long for a large event as it takes, and is cut once it has taken nothing for a minute', async () => {
    const reader = createEventReader<object>(false)
    reader.send(...pieces(100))
    let nowMs = 0
    for (let taken = 0; taken < 50; taken += 1) {
      expect(reader.stream.read()).not.toBeNull()
      await turn()
      nowMs += 50_000
      cutIfStalled(reader, nowMs)
      expect(reader.stream.destroyed).toBe(false)
    }
    cutIfStalled(reader, nowMs + 59_999)
    expect(reader.stream.destroyed).toBe(false)
    cutIfStalled(reader, nowMs + 60_000)
    expect(reader.stream.destroyed).toBe(true)
  })

  it('keeps nothing once it is gone', () => {
    const reader = createEventReader(false)
    reader.send(...pieces(20))
    reader.stream.destroy()
    expect(reader.unreadBytes()).toBeLessThanOrEqual(PIECE_BYTES)
  })
})
