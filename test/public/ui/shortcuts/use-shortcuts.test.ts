/** Tests which key strokes match a shortcut on different keyboard layouts. */
import { expect, it } from 'vitest'
import { matchesShortcut } from '../../../../public/ui/shortcuts/use-shortcuts.ts'

type Stroke = Partial<Pick<KeyboardEvent, 'key' | 'code' | 'shiftKey' | 'altKey' | 'ctrlKey' | 'metaKey'>>

const none = { key: '', code: '', shiftKey: false, altKey: false, ctrlKey: false, metaKey: false }
const pressed = (keys: string, stroke: Stroke): boolean =>
  matchesShortcut(keys, { ...none, ...stroke } as KeyboardEvent)

it('matches the letter of the keyboard layout at any key position', () => {
  expect(pressed('A', { key: 'a', code: 'KeyQ' })).toBe(true)
  expect(pressed('A', { key: 'q', code: 'KeyA' })).toBe(false)
  expect(pressed('R', { key: 'R', code: 'KeyR' })).toBe(true)
})

it('matches the key position when the character is not Latin', () => {
  expect(pressed('R', { key: 'к', code: 'KeyR' })).toBe(true)
  expect(pressed('Shift+Alt+T', { key: 'ˇ', code: 'KeyT', altKey: true, shiftKey: true })).toBe(true)
  expect(pressed('1', { key: '&', code: 'Digit1' })).toBe(true)
})

it('does not match key strokes with other modifiers', () => {
  const r = { key: 'r', code: 'KeyR' }
  for (const modifier of ['ctrlKey', 'metaKey', 'altKey', 'shiftKey'])
    expect(pressed('R', { ...r, [modifier]: true })).toBe(false)
  expect(pressed('Delete', { key: 'Delete', code: 'Delete', shiftKey: true })).toBe(false)
})

it('matches a symbol regardless of how it is typed', () => {
  expect(pressed('?', { key: '?', code: 'Slash', shiftKey: true })).toBe(true)
  expect(pressed('?', { key: '?', code: 'Minus', shiftKey: true })).toBe(true)
  expect(pressed('/', { key: '/', code: 'Digit7', shiftKey: true })).toBe(true)
})
