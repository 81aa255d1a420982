// Turns the values of an object into its form in the configuration file.
import {
  storedFields,
  type FieldTable,
  type FileForm,
  type StoredField,
  type ValuesOf,
} from '../../contract/objects/field-table.ts'

const fileFields = (table: FieldTable): readonly StoredField[] =>
  storedFields(table).filter(({ inFile }) => inFile !== 'never')

/**
 * @param references - by their names in the file, the names of the objects whose ids the values hold.
 * @returns what makes the complete form, without positions.
 */
export function createFileForm<Table extends FieldTable, References extends Partial<FileForm<Table>>>(
  table: Table,
): (values: Partial<ValuesOf<Table>>, references: References) => FileForm<Table> {
  const fields = fileFields(table)
  return (values, references) =>
    Object.fromEntries(
      fields.map(({ name, property, reference }) =>
        reference
          ? [reference.name, (references as Readonly<Record<string, unknown>>)[reference.name]]
          : [name, (values as Readonly<Record<string, unknown>>)[property]],
      ),
    ) as FileForm<Table>
}

/** The values that the file leaves out, by their names in it. */
export const fileDefaults = <Table extends FieldTable>(table: Table): Partial<FileForm<Table>> =>
  Object.fromEntries(
    fileFields(table)
      .filter(({ isRequired, inFile }) => !isRequired && inFile !== 'always')
      .map(({ name, initial, reference }) => [reference?.name ?? name, initial]),
  ) as Partial<FileForm<Table>>
