/** What a command has done, by its label. */
import { capitalize } from './capitalize.ts'

const pastTense: Readonly<Record<string, string>> = {
  create: 'created',
  delete: 'deleted',
  edit: 'saved',
  rename: 'renamed',
}

/** @example 'Deleted note “Rack 3”' for 'delete note “Rack 3”' */
export const doneWords = (label: string): string =>
  capitalize(label.replace(/^\w+/, (verb) => pastTense[verb] ?? verb))
