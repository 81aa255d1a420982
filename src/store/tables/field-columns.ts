// Maps the fields of an object to the columns of its table, and a row to the object.
import {
  initialValues,
  storedFields,
  type FieldTable,
  type StoredName,
  type ValuesOf,
} from '../../contract/objects/field-table.ts'

/** 0 or 1 stand for a boolean, JSON for a list or an object. */
type ColumnValue<Value> = Value extends boolean ? number : Value extends object ? string : Value

/** The columns that the fields of a table are stored in, by name. */
export type FieldColumns<Table extends FieldTable> = {
  [Name in StoredName<Table>]: ColumnValue<Table[Name]['schema']['_zod']['output']>
}

/** What every row has besides its fields. */
interface RowStamps {
  readonly id: number
  readonly created_at: string
  readonly updated_at: string
}

interface FieldMapping<Values, Columns> {
  /** Values that are absent stay undefined, which Kysely leaves out. */
  toColumns(values: Values | Partial<Values>): {
    -readonly [Name in keyof Columns]?: Columns[Name] | undefined
  }
  toConfig(
    row: RowStamps & { readonly [Name in keyof Columns]: unknown },
  ): Values & { readonly id: number; readonly createdAt: string; readonly updatedAt: string }
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null

const toColumn = (value: unknown): unknown =>
  typeof value === 'boolean' ? Number(value) : isObject(value) ? JSON.stringify(value) : value

/** @param initial - tells the type of the field. */
function fromColumn(value: unknown, initial: unknown): unknown {
  if (typeof initial === 'boolean') return value !== 0
  return isObject(initial) ? (JSON.parse(String(value)) as unknown) : value
}

export function createFieldMapping<Table extends FieldTable>(
  table: Table,
): FieldMapping<ValuesOf<Table>, FieldColumns<Table>> {
  const fields = storedFields(table)
  type Columns = ReturnType<FieldMapping<ValuesOf<Table>, FieldColumns<Table>>['toColumns']>
  return {
    toColumns(values) {
      const columns: Record<string, unknown> = {}
      for (const { name, property } of fields) {
        columns[name] = toColumn((values as Readonly<Record<string, unknown>>)[property])
      }
      return columns as Columns
    },
    toConfig(row) {
      const values: Record<string, unknown> = {}
      for (const { name, property, initial } of fields)
        values[property] = fromColumn((row as Readonly<Record<string, unknown>>)[name], initial)
      const { id, created_at: createdAt, updated_at: updatedAt } = row
      return { id, ...(values as ValuesOf<Table>), createdAt, updatedAt }
    },
  }
}

/** The columns of an object with the initial values. */
export const initialColumns = <Table extends FieldTable>(table: Table): FieldColumns<Table> =>
  createFieldMapping(table).toColumns(initialValues(table)) as FieldColumns<Table>
