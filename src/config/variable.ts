// The types of a table of environment variables and of the configuration read by it.
import type { ValueKind } from './value-kinds.ts'

interface Variable<Key extends string, Value, Default extends Value | undefined> {
  readonly name: `${'LB' | 'WS'}_${string}`
  /** Its property in the configuration. */
  readonly key: Key
  readonly kind: ValueKind<Value>
  /** undefined if being unset has a meaning of its own, which `description` explains. */
  readonly default: Default
  /** Sentences for operators, without the range, which `kind` describes. */
  readonly description: string
  /** Its value is never shown. */
  readonly secret?: true
}

export const variable = <const Key extends string, Value, const Default extends Value | undefined>(
  row: Variable<Key, Value, Default>,
): Variable<Key, Value, Default> => row

/** A row with its value type erased. */
export type AnyVariable = Variable<
  string,
  unknown,
  string | number | boolean | readonly unknown[] | undefined
>

export type VariableTable = readonly AnyVariable[]

type ValueOf<Row> =
  Row extends Variable<string, infer Value, infer Default>
    ? Default extends undefined
      ? Value | undefined
      : Value
    : never

/** The type of the configuration that a table describes. */
export type ConfigOf<Table extends readonly { readonly key: string }[]> = {
  readonly [Row in Table[number] as Row['key']]: ValueOf<Row>
}

/** The default as an operator would write it; empty if there is none. */
export function shownDefault({ default: value }: AnyVariable): string {
  return typeof value === 'object' ? value.join(',') : String(value ?? '')
}
