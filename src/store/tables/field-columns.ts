// Maps the fields of an object to the columns of its table and back.
import {
  initialValues,
  storedFields,
  type FieldTable,
  type StoredName,
  type ValuesOf,
} from '../../contract/objects/field-table.ts'

/** 0 or 1 stand for a boolean. */
type ColumnValue<Value> = Value extends boolean ? number : Value

/** The columns that the fields of a table are stored in, by name. */
export type FieldColumns<Table extends FieldTable> = {
  [Name in StoredName<Table>]: ColumnValue<Table[Name]['schema']['_zod']['output']>
}

interface FieldMapping<Values, Columns> {
  /** Values that are absent stay undefined, which Kysely leaves out. */
  toColumns(values: Values | Partial<Values>): {
    -readonly [Name in keyof Columns]?: Columns[Name] | undefined
  }
  fromColumns(row: { readonly [Name in keyof Columns]: unknown }): Values
}

export function createFieldMapping<Table extends FieldTable>(
  table: Table,
): FieldMapping<ValuesOf<Table>, FieldColumns<Table>> {
  const fields = storedFields(table).map(({ name, property, initial }) => ({
    name,
    property,
    isBoolean: typeof initial === 'boolean',
  }))
  type Columns = ReturnType<FieldMapping<ValuesOf<Table>, FieldColumns<Table>>['toColumns']>
  return {
    toColumns(values) {
      const columns: Record<string, unknown> = {}
      for (const { name, property } of fields) {
        const value = (values as Readonly<Record<string, unknown>>)[property]
        columns[name] = typeof value === 'boolean' ? Number(value) : value
      }
      return columns as Columns
    },
    fromColumns(row) {
      const values: Record<string, unknown> = {}
      for (const { name, property, isBoolean } of fields) {
        const value = (row as Readonly<Record<string, unknown>>)[name]
        values[property] = isBoolean ? value !== 0 : value
      }
      return values as ValuesOf<Table>
    },
  }
}

/** The columns of an object with the initial values. */
export const initialColumns = <Table extends FieldTable>(table: Table): FieldColumns<Table> =>
  createFieldMapping(table).toColumns(initialValues(table)) as FieldColumns<Table>
