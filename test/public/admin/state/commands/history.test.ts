/** Undo and redo. */
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { compound, createHistory, type Command } from '../../../../../public/admin/state/commands/history.ts'

/** A list of numbers; a command appends one, its undo removes it. */
function createDocument() {
  const numbers: number[] = []
  const add = (value: number): Command => ({
    label: `add ${value}`,
    run: () => Promise.resolve(void numbers.push(value)),
    undo: () => Promise.resolve(void numbers.pop()),
  })
  return { numbers, add }
}

const failing: Command = {
  label: 'fail',
  run: () => Promise.reject(new Error('refused')),
  undo: () => Promise.resolve(),
}

describe('the history', () => {
  it('behaves like a list with a cursor', async () => {
    const steps = fc.array(fc.oneof(fc.nat(9), fc.constant('undo' as const), fc.constant('redo' as const)))
    await fc.assert(
      fc.asyncProperty(steps, async (given) => {
        const { numbers, add } = createDocument()
        const history = createHistory()
        let expected: number[] = []
        let cursor = 0
        for (const step of given) {
          if (step === 'undo') {
            await history.undo()
            cursor = Math.max(0, cursor - 1)
          } else if (step === 'redo') {
            await history.redo()
            cursor = Math.min(expected.length, cursor + 1)
          } else {
            await history.run(add(step))
            expected = [...expected.slice(0, cursor), step]
            cursor += 1
          }
          expect(numbers).toEqual(expected.slice(0, cursor))
        }
      }),
    )
  })

  it('runs commands one after another, in the order of the calls', async () => {
    const { numbers, add } = createDocument()
    const history = createHistory()
    await Promise.all([history.run(add(1)), history.run(add(2)), history.undo(), history.run(add(3))])
    expect(numbers).toEqual([1, 3])
  })

  it('drops a command that fails, and keeps undone commands for redo', async () => {
    const { numbers, add } = createDocument()
    const history = createHistory()
    await history.run(add(1))
    await history.undo()
    await expect(history.run(failing)).rejects.toThrow('refused')
    await history.redo()
    expect(numbers).toEqual([1])
  })

  it('offers what is being undone for redo, and what is being redone for undo, and queues both', async () => {
    const { numbers, add } = createDocument()
    const history = createHistory()
    const lands = Promise.withResolvers<undefined>()
    const added = add(1)
    await history.run({ ...added, undo: () => lands.promise.then(added.undo) })
    const undone = history.undo()
    await vi.waitFor(() => expect(history.store.getState().busy).toBe(true))
    const { past, future } = history.store.getState()
    expect([past.length, future.map(({ label }) => label)]).toEqual([0, ['add 1']])
    const later = [history.redo(), history.undo(), history.redo()]
    lands.resolve(undefined)
    await Promise.all([undone, ...later])
    expect(numbers).toEqual([1])
  })

  it('drops an undo that fails, and a redo', async () => {
    const history = createHistory()
    const refused = () => Promise.reject(new Error('refused'))
    await history.run({ label: 'stays done', run: () => Promise.resolve(), undo: refused })
    await expect(history.undo()).rejects.toThrow('refused')
    let runs = 0
    const once = () => ((runs += 1) > 1 ? refused() : Promise.resolve())
    await history.run({ label: 'runs once', run: once, undo: () => Promise.resolve() })
    await history.undo()
    await expect(history.redo()).rejects.toThrow('refused')
    expect(history.store.getState()).toMatchObject({ past: [], future: [] })
  })

  it('undoes a compound as a whole, and reverts the parts of one that fails', async () => {
    const { numbers, add } = createDocument()
    const history = createHistory()
    await history.run(compound('both', [add(1), add(2)]))
    expect(numbers).toEqual([1, 2])
    await history.undo()
    expect(numbers).toEqual([])
    await expect(history.run(compound('broken', [add(1), add(2), failing]))).rejects.toThrow('refused')
    expect(numbers).toEqual([])
  })
})
