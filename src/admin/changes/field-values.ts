// Reads the fields of an object out of a request, and shows them.
import {
  storedFields,
  type AcceptedValues,
  type FieldTable,
  type ShownValues,
  type ValuesOf,
} from '../../contract/objects/field-table.ts'

type Fields = Readonly<Record<string, unknown>>

/**
 * The values of an object after a request.
 * @param body - validated. @param base - holds what the request leaves out.
 */
export function mergeValues<Table extends FieldTable>(
  table: Table,
  body: AcceptedValues<Table>,
  base: ValuesOf<Table>,
): ValuesOf<Table> {
  return Object.fromEntries(
    storedFields(table).map(({ name, property, normalise = (value: unknown) => value }) => {
      const value = (body as Fields)[name]
      return [property, value === undefined ? (base as Fields)[property] : normalise(value as never)]
    }),
  ) as ValuesOf<Table>
}

/** @returns what shows the stored fields that are no secret, by name. */
export function createFieldView<Table extends FieldTable>(
  table: Table,
): (values: ValuesOf<Table>) => ShownValues<Table> {
  const shown = storedFields(table).filter(({ isSecret }) => !isSecret)
  return (values) => {
    const view: Record<string, unknown> = {}
    for (const { name, property } of shown) view[name] = (values as Fields)[property]
    return view as ShownValues<Table>
  }
}
