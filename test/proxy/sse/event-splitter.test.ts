import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findEventData } from '../../../src/proxy/sse/event-data.ts'
import { createEventSplitter } from '../../../src/proxy/sse/event-splitter.ts'
import { readEvents, streamText } from './arbitrary-events.ts'
import { cut, fractions } from '../json/arbitrary-json.ts'

function split(chunks: readonly (string | Buffer)[], maxEventBytes?: number) {
  const pieces: [string, string][] = []
  const splitter = createEventSplitter((piece, bytes, start, end) => {
    pieces.push([piece, bytes.toString('utf8', start, end)])
  }, maxEventBytes)
  for (const chunk of chunks) splitter.push(Buffer.from(chunk as string))
  return { pieces, splitter }
}

describe('createEventSplitter', () => {
  it.each(['\n', '\r\n', '\r'])('ends an event at a blank line with line ends %j', (eol) => {
    const text = ['data: a', '', ': b', 'data: c', '', ''].join(eol)
    expect(split([text]).pieces).toEqual([
      ['line', `data: a${eol}${eol}`],
      ['block', `: b${eol}data: c${eol}${eol}`],
    ])
  })

  it('reports events within one chunk as ranges of that chunk', () => {
    const chunk = Buffer.from('data: a\n\ndata: b\n\n')
    const ranges: unknown[] = []
    createEventSplitter((_, bytes, start, end) => ranges.push([bytes === chunk, start, end])).push(chunk)
    expect(ranges).toEqual([
      [true, 0, 9],
      [true, 9, 18],
    ])
  })

  it('ends an event at a CR without waiting, and reports an LF that follows as its tail', () => {
    const { pieces, splitter } = split(['data: a\r\n\r'])
    expect(pieces).toEqual([['line', 'data: a\r\n\r']])
    expect(splitter.isInside()).toBe(false)
    splitter.push(Buffer.from('\ndata: b\n\n'))
    expect(pieces.slice(1)).toEqual([
      ['tail', '\n'],
      ['line', 'data: b\n\n'],
    ])
  })

  it('reads a CRLF split over two chunks inside an event as one line end', () => {
    expect(split(['data: a\r', '\n', 'data: b\r', '\n\r', '\n']).pieces).toEqual([
      ['block', 'data: a\r\ndata: b\r\n\r'],
      ['tail', '\n'],
    ])
  })

  it('reports the incomplete event at the end', () => {
    const { pieces, splitter } = split(['data: a\n\nda', 'ta: b'])
    expect(splitter.isInside()).toBe(true)
    splitter.end()
    expect(pieces).toEqual([
      ['line', 'data: a\n\n'],
      ['line', 'data: b'],
    ])
    expect(splitter.isInside()).toBe(false)
  })

  it('reports a too large event in parts and finds the next one', () => {
    const { pieces, splitter } = split(['data: 123', '456789', '0123'], 12)
    expect(pieces).toEqual([
      ['part', 'data: 123'],
      ['part', '456789'],
      ['part', '0123'],
    ])
    expect(splitter.isInsidePart()).toBe(true)
    splitter.push(Buffer.from('4\n\ndata: b\n\n'))
    expect(splitter.isInsidePart()).toBe(false)
    expect(pieces.slice(3)).toEqual([
      ['part', '4\n\n'],
      ['line', 'data: b\n\n'],
    ])
  })

  it('finds the same events in any chunks', () => {
    fc.assert(
      fc.property(streamText, fractions, (text, places) => {
        const { pieces, splitter } = split(cut(Buffer.from(text), places))
        splitter.end()
        const found: string[] = []
        const bytes = pieces.map(([piece, part]) => {
          if (piece === 'tail') found.push((found.pop() ?? '') + part)
          else found.push(part)
          return part
        })
        expect(bytes.join('')).toBe(text)
        expect(found).toEqual(readEvents(text).map((event) => event.text))
      }),
      { numRuns: 1000 },
    )
  })

  it('finds the same events in chunks of one byte', () => {
    fc.assert(
      fc.property(streamText, (text) => {
        const { pieces, splitter } = split(Array.from(Buffer.from(text), (byte) => Buffer.from([byte])))
        splitter.end()
        expect(pieces.filter(([piece]) => piece !== 'tail')).toHaveLength(readEvents(text).length)
      }),
    )
  })

  it.each([
    ['LF', '\n'],
    ['CRLF', '\r\n'],
    ['CR', '\r'],
  ] as const)('searches a stream of one line end once: %s', (_name, eol) => {
    let searched = 0
    /** Counts the bytes that each search passes. */
    const counted = (text: string): Buffer => {
      const chunk = Buffer.from(text)
      const indexOf = chunk.indexOf.bind(chunk) as (byte: number, from: number) => number
      chunk.indexOf = (byte: unknown, from: unknown) => {
        const found = indexOf(byte as number, from as number)
        searched += (found === -1 ? chunk.length : found + 1) - (from as number)
        return found
      }
      return chunk
    }
    const text = `:${eol}`.repeat(32_768)
    let read = 0
    const splitter = createEventSplitter((_piece, _bytes, start, end) => (read += end - start))
    splitter.push(counted(text))
    splitter.push(counted(text + eol))
    expect(read).toBe(2 * text.length + eol.length)
    expect(searched).toBeLessThanOrEqual(2 * read)
  })

  it('reads the same data with any line end, wherever the bytes are split', () => {
    const lines = fc.array(fc.constantFrom(':', ': note', 'data: a', 'data:b', 'event: x', ''), {
      maxLength: 20,
    })
    const dataOf = (text: string, places: readonly number[]): (string | undefined)[] => {
      const events: (string | undefined)[] = []
      const splitter = createEventSplitter((piece, bytes, start, end) => {
        if (piece !== 'tail') events.push(findEventData(bytes, start, end)?.toString())
      })
      for (const chunk of cut(Buffer.from(text), places)) splitter.push(chunk)
      splitter.end()
      return events
    }
    fc.assert(
      fc.property(lines, fractions, (drawn, places) => {
        const [lf, crlf, cr] = ['\n', '\r\n', '\r'].map((eol) =>
          dataOf(drawn.map((l) => l + eol).join(''), places),
        )
        expect(crlf).toEqual(lf)
        expect(cr).toEqual(lf)
      }),
      { numRuns: 500 },
    )
  })
})
