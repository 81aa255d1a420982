/** The delay before a wire's toolbar is hidden. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createWireFocus } from '../../../../../public/admin/canvas/controllers/wire-focus.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('hides the toolbar 600 ms after the pointer has left', () => {
  const { store, enter, leave } = createWireFocus()
  enter('wire-1-1')
  leave('wire-1-1')
  vi.advanceTimersByTime(599)
  expect(store.getState().active).toBe('wire-1-1')
  vi.advanceTimersByTime(1)
  expect(store.getState().active).toBeUndefined()
})

it('keeps the toolbar when the pointer returns, and switches to another wire at once', () => {
  const { store, enter, leave, dismiss } = createWireFocus()
  enter('wire-1-1')
  leave('wire-1-1')
  vi.advanceTimersByTime(500)
  enter('wire-1-1')
  vi.advanceTimersByTime(5000)
  expect(store.getState().active).toBe('wire-1-1')
  enter('wire-1-2')
  expect(store.getState().active).toBe('wire-1-2')
  leave('wire-1-1')
  vi.advanceTimersByTime(5000)
  expect(store.getState().active).toBe('wire-1-2')
  dismiss()
  expect(store.getState().active).toBeUndefined()
})
