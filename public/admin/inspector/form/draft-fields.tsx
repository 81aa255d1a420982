/** Inputs bound to a field of a draft. */
import type { ReactNode } from 'react'
import { LinesField } from '../../../ui/fields/lines-field.tsx'
import { NumberField } from '../../../ui/fields/number-field.tsx'
import { SelectField } from '../../../ui/fields/select-field.tsx'
import { Switch } from '../../../ui/fields/switch.tsx'
import { TextField } from '../../../ui/fields/text-field.tsx'
import type { DraftForm } from './use-draft.ts'

interface DraftFieldProps {
  readonly form: DraftForm
  readonly field: string
  readonly label: string
  readonly hint?: ReactNode
}

interface DraftTextProps extends DraftFieldProps {
  readonly mono?: boolean
  /** What else is known to be wrong with the value. */
  readonly error?: string | undefined
}

export function DraftText({ form, field, mono, error, ...words }: DraftTextProps) {
  const value = form.valueOf(field)
  return (
    <TextField
      {...words}
      mono={mono ?? false}
      value={typeof value === 'string' ? value : ''}
      error={form.errorOf(field) ?? error}
      onChange={(event) => form.set(field, event.target.value)}
    />
  )
}

/** Edits a list of texts, one a line. */
export function DraftLines({ form, field, ...rest }: DraftFieldProps & { readonly mono?: boolean }) {
  const value = form.valueOf(field)
  return (
    <LinesField
      {...rest}
      value={Array.isArray(value) ? value.map(String) : []}
      error={form.errorOf(field)}
      onValueChange={(next) => form.set(field, next)}
    />
  )
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** @returns `name = other` as an entry; without `=` an entry that no schema accepts. */
function parsePair(line: string): [string, string] {
  const at = line.indexOf('=')
  return at === -1 ? [line, ''] : [line.slice(0, at).trim(), line.slice(at + 1).trim()]
}

/** Edits a map of names, one `name = other` a line. */
export function DraftPairs({ form, field, ...rest }: DraftFieldProps & { readonly mono?: boolean }) {
  const value = form.valueOf(field)
  const lines = isMap(value) ? Object.entries(value).map(([name, other]) => `${name} = ${String(other)}`) : []
  return (
    <LinesField
      {...rest}
      value={lines}
      read={(line) => parsePair(line).join(' = ')}
      error={form.errorOf(field)}
      onValueChange={(next) => form.set(field, Object.fromEntries(next.map(parsePair)))}
    />
  )
}

interface DraftNumberProps extends DraftFieldProps {
  readonly suffix?: string
  readonly min?: number
  readonly max?: number
}

export function DraftNumber({ form, field, ...rest }: DraftNumberProps) {
  const value = form.valueOf(field)
  return (
    <NumberField
      {...rest}
      value={typeof value === 'number' ? value : null}
      error={form.errorOf(field)}
      onValueChange={(next) => form.set(field, next)}
    />
  )
}

export function DraftSwitch({ form, field, ...words }: DraftFieldProps) {
  return (
    <Switch {...words} checked={form.valueOf(field) === true} onChange={(next) => form.set(field, next)} />
  )
}

interface DraftChoiceProps<Value extends string> extends DraftFieldProps {
  /** The first option, which stands for null. */
  readonly none?: string
  readonly options: readonly { readonly value: Value; readonly label: string }[]
}

/** Selects one of a few texts. */
export function DraftChoice<Value extends string>({
  form,
  field,
  none,
  options,
  ...words
}: DraftChoiceProps<Value>) {
  return (
    <SelectField<Value | ''>
      {...words}
      value={(form.valueOf(field) ?? '') as Value | ''}
      error={form.errorOf(field)}
      options={[...(none === undefined ? [] : [{ value: '' as const, label: none }]), ...options]}
      onValueChange={(next) => form.set(field, next === '' ? null : next)}
    />
  )
}

interface DraftSelectProps extends DraftFieldProps {
  /** The value is an id, or null for the first option. */
  readonly none?: string
  readonly options: readonly { readonly id: number; readonly name: string }[]
}

export function DraftSelect({ form, field, none, options, ...words }: DraftSelectProps) {
  const value = form.valueOf(field)
  return (
    <SelectField
      {...words}
      value={typeof value === 'number' ? String(value) : ''}
      error={form.errorOf(field)}
      options={[
        ...(none === undefined ? [] : [{ value: '', label: none }]),
        ...options.map(({ id, name }) => ({ value: String(id), label: name })),
      ]}
      onValueChange={(next) => form.set(field, next === '' ? null : Number(next))}
    />
  )
}
