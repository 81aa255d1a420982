// What a row of a table of environment variables is, and what is read by such a table.
import type { ValueKind } from './value-kinds.ts'

interface Variable<Key extends string, Value, Default extends Value | undefined> {
  readonly name: `${'LB' | 'WS'}_${string}`
  /** Its member of the configuration. */
  readonly key: Key
  readonly kind: ValueKind<Value>
  /** undefined where being unset means something of its own, which `description` then tells. */
  readonly default: Default
  /** Sentences for operators; the range is told by `kind`. */
  readonly description: string
  /** Its value is never shown. */
  readonly secret?: true
}

export const variable = <const Key extends string, Value, const Default extends Value | undefined>(
  row: Variable<Key, Value, Default>,
): Variable<Key, Value, Default> => row

/** A row whatever it holds, for code that treats all alike. */
export type AnyVariable = Variable<string, unknown, string | number | boolean | readonly string[] | undefined>

export type VariableTable = readonly AnyVariable[]

type ValueOf<Row> =
  Row extends Variable<string, infer Value, infer Default>
    ? Default extends undefined
      ? Value | undefined
      : Value
    : never

/** The configuration that a table describes. */
export type ConfigOf<Table extends readonly { readonly key: string }[]> = {
  readonly [Row in Table[number] as Row['key']]: ValueOf<Row>
}

/** The default as an operator would write it; empty where there is none. */
export function shownDefault({ default: value }: AnyVariable): string {
  return typeof value === 'object' ? value.join(',') : String(value ?? '')
}
