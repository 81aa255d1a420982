// How the fields of one kind of object are declared, and what follows from a declaration: schemas, types, defaults.
import type { ZodType } from 'zod'

/**
 * One field, under its name on the wire. A field with a `property` is stored: in the SQL column of its name, and in code
 * under `property`. A field without one is only a request for something else, such as wires.
 */
export interface Field {
  readonly schema: ZodType
  /** What requests may send, where that is more than `schema`. Default: `schema`. */
  readonly accepts?: ZodType
  readonly property?: string
  /** The value in a new object where the request names none. */
  readonly initial?: unknown
  /** Whether a request that creates an object must name it. */
  readonly isRequired?: true
  /** Brings an accepted value into the form that is stored. */
  readonly normalise?: (value: never) => unknown
  /** Never shown, masked in the audit, and a placeholder in the configuration file. */
  readonly isSecret?: true
  /** Accepted at creation only, and never shown. */
  readonly isCreateOnly?: true
  /** Whether the configuration file has it. Default: where it differs from `initial`. */
  readonly inFile?: 'always' | 'never'
  /** How the configuration file names the object whose id the field holds. */
  readonly reference?: { readonly name: string; readonly schema: ZodType }
  /** What the README says of its values. Default: said by the range of `schema`. */
  readonly takes?: string
  /** What the README says of it. */
  readonly meaning?: string
}

export type FieldTable = Readonly<Record<string, Field>>

type Output<Schema> = Schema extends ZodType ? Schema['_zod']['output'] : never

type NamesWith<Table extends FieldTable, Trait> = {
  [Name in keyof Table]: Table[Name] extends Trait ? Name : never
}[keyof Table]

export type StoredName<Table extends FieldTable> = NamesWith<Table, { readonly property: string }>

type PropertyOf<One> = One extends { readonly property: infer Property extends string } ? Property : never

/** The settings of an object in code, by property. */
export type ValuesOf<Table extends FieldTable> = {
  readonly [Name in StoredName<Table> as PropertyOf<Table[Name]>]: Output<Table[Name]['schema']>
}

type AcceptedSchema<One extends Field> = One extends { readonly accepts: infer Schema extends ZodType }
  ? Schema
  : One['schema']

type AcceptedShape<Table extends FieldTable> = {
  -readonly [Name in keyof Table]: AcceptedSchema<Table[Name]>
}

/** The values of the fields as requests bring them, all optional. */
export type AcceptedValues<Table extends FieldTable> = {
  readonly [Name in keyof Table]?: Output<AcceptedSchema<Table[Name]>> | undefined
}

type HiddenName<Table extends FieldTable> =
  | NamesWith<Table, { readonly isSecret: true }>
  | NamesWith<Table, { readonly isCreateOnly: true }>

type ShownShape<Table extends FieldTable> = {
  -readonly [Name in Exclude<keyof Table, HiddenName<Table>>]: Table[Name]['schema']
}

/** What the admin API shows of the stored fields. */
export type ShownValues<Table extends FieldTable> = {
  [Name in Exclude<StoredName<Table>, HiddenName<Table>>]: Output<Table[Name]['schema']>
}

type FileField<One extends Field, Name> = One extends { readonly reference: infer Reference }
  ? Reference
  : { readonly name: Name; readonly schema: AcceptedSchema<One> }

type InFileName<Table extends FieldTable> = Exclude<
  StoredName<Table>,
  NamesWith<Table, { readonly inFile: 'never' }>
>

type FileFields<Table extends FieldTable> = {
  [Name in InFileName<Table>]: FileField<Table[Name], Name>
}[InFileName<Table>]

type FileShape<Table extends FieldTable> = {
  [
    One in FileFields<Table> as One extends { readonly name: infer Name extends string } ? Name : never
  ]: One extends {
    readonly schema: infer Schema extends ZodType
  }
    ? Schema
    : never
}

/** An object as the configuration file has it, complete: by names in the file, ids replaced by names. */
export type FileForm<Table extends FieldTable> = {
  readonly [Name in keyof FileShape<Table>]: Output<FileShape<Table>[Name]>
}

const entriesOf = (table: FieldTable): [string, Field][] => Object.entries(table)

/** Builds an object from entries that are mapped from the fields, in the order of the table. */
function mapFields<Shape>(
  table: FieldTable,
  map: (name: string, field: Field) => readonly (readonly [string, unknown])[],
): Shape {
  return Object.fromEntries(entriesOf(table).flatMap(([name, field]) => map(name, field))) as Shape
}

/** Schemas of what a request may send. */
export const acceptedShape = <Table extends FieldTable>(table: Table): AcceptedShape<Table> =>
  mapFields(table, (name, { schema, accepts = schema }) => [[name, accepts]])

/** Schemas of what the admin API shows. */
export const shownShape = <Table extends FieldTable>(table: Table): ShownShape<Table> =>
  mapFields(table, (name, { schema, isSecret, isCreateOnly }) =>
    isSecret || isCreateOnly ? [] : [[name, schema]],
  )

/** Schemas of an entry in the configuration file. */
export const fileShape = <Table extends FieldTable>(table: Table): FileShape<Table> =>
  mapFields(table, (name, { schema, accepts = schema, property, inFile, reference }) =>
    property === undefined || inFile === 'never'
      ? []
      : [reference ? [reference.name, reference.schema] : [name, accepts]],
  )

/** Names of the fields that a creation must name, as Zod's `required` takes them. */
export const requiredMask = <Table extends FieldTable>(
  table: Table,
): Record<NamesWith<Table, { readonly isRequired: true }>, true> =>
  mapFields(table, (name, { isRequired }) => (isRequired ? [[name, true]] : []))

export interface StoredField extends Field {
  readonly name: string
  readonly property: string
}

/** The fields that are stored, in the order of the table. */
export const storedFields = (table: FieldTable): readonly StoredField[] =>
  entriesOf(table).flatMap(([name, field]) =>
    field.property === undefined ? [] : { ...field, name, property: field.property },
  )

/** The values of a new object; its required fields are blank. */
export const initialValues = <Table extends FieldTable>(table: Table): ValuesOf<Table> =>
  mapFields(table, (_name, { property, initial }) => (property === undefined ? [] : [[property, initial]]))
