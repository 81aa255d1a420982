// Formats a table of environment variables for `--help`.
import { shownDefault, type VariableTable } from './variable.ts'

const introduction = `Environment (each also as NAME_FILE, the path of a file that holds the value;
an empty value counts as unset):
`

/** Ends with a newline. */
export function describeVariables(table: VariableTable): string {
  const variables = table.map((variable) => {
    const fallback = shownDefault(variable)
    return `  ${variable.name}${fallback && ` (default ${fallback})`}
      ${variable.description}
      Takes ${variable.kind.takes}.
`
  })
  return `${introduction}\n${variables.join('\n')}`
}
