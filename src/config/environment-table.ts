// The LB_* environment variables. Parsing, defaults, `--help` and the README are derived from this table.
import { accessVariables } from './environment/access-variables.ts'
import { capacityVariables } from './environment/capacity-variables.ts'
import { processVariables } from './environment/process-variables.ts'
import { requestVariables } from './environment/request-variables.ts'
import type { ConfigOf } from './variable.ts'

export const environmentTable = [
  ...processVariables,
  ...requestVariables,
  ...capacityVariables,
  ...accessVariables,
]

/** The daemon's configuration. Holds secrets: never log it. Names contain units; S means seconds. */
export type Config = ConfigOf<typeof environmentTable>
