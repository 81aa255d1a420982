/** A text area for a list of texts, one a line. The text stays as typed. */
import { useState } from 'react'
import type { FieldProps } from './field.tsx'
import { TextArea } from './text-area.tsx'

interface LinesFieldProps extends FieldProps {
  readonly value: readonly string[]
  readonly onValueChange: (value: readonly string[]) => void
  readonly mono?: boolean
  /** @returns what a line means, as `value` has it. Default: the line itself. */
  readonly read?: (line: string) => string
}

const isSame = (left: readonly string[], right: readonly string[]): boolean =>
  left.length === right.length && left.every((line, index) => line === right[index])

/** @returns the lines without the blank ones, and without spaces at their ends. */
export const parseLines = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

const itself = (line: string): string => line

export function LinesField({ value, onValueChange, read = itself, ...rest }: LinesFieldProps) {
  const [typed, setTyped] = useState(() => value.join('\n'))
  // The typed text stays while it means the current value, so that a new line is not removed before it has text.
  const text = isSame(parseLines(typed).map(read), value) ? typed : value.join('\n')

  function change(next: string): void {
    setTyped(next)
    onValueChange(parseLines(next))
  }

  return (
    <TextArea
      autoComplete="off"
      spellCheck={false}
      {...rest}
      value={text}
      onChange={(event) => change(event.target.value)}
    />
  )
}
