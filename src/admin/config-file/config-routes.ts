// Routes of the configuration as a file: export, compare, apply.
import {
  configAppliedView,
  configApplyRequest,
  configDiffRequest,
  configDiffView,
  configQuery,
  configText,
  type ConfigChange,
} from '../../contract/config-file.ts'
import type { AdminContext } from '../http/admin-context.ts'
import { auditDiff, type AuditFields } from '../changes/audit-diff.ts'
import { applyPlan } from './plan/apply-plan.ts'
import { configFileError } from './text/config-document.ts'
import { createConfigReader, MAX_FILE_BYTES, type ConfigReader } from './text/config-reader.ts'
import { mapInSlices } from '../map-in-slices.ts'
import { isPlanError } from './plan/plan-error.ts'
import { defineRoute, type AdminRoute } from '../http/define-route.ts'
import { stateEtag } from '../changes/etag.ts'
import type { NoteForm } from './config-forms.ts'
import { exportConfig } from './export-config.ts'
import { planConfig } from './plan/plan-config.ts'
import type { ConfigPlan, Planned } from './plan/config-plan.ts'
import { planWarnings } from './plan/plan-warnings.ts'

/** @param before - null if it is created. @param after - null if it is deleted. */
function showChange(
  objectType: ConfigChange['object_type'],
  name: string,
  before: AuditFields | null,
  after: AuditFields | null,
): ConfigChange {
  const action = before === null ? 'create' : after === null ? 'delete' : 'update'
  return { action, object_type: objectType, name, ...auditDiff(before, after) }
}

const fieldsOf = (form: object | null): AuditFields | null => form && { ...form }

const show =
  (objectType: ConfigChange['object_type']) =>
  ({ before, after }: Planned<{ readonly name: string }>) =>
    showChange(objectType, (after ?? before)?.name ?? '', fieldsOf(before), fieldsOf(after))

/** The first line of its text stands for a name. */
const showNote = ({ before, after }: Planned<NoteForm>): ConfigChange =>
  showChange('canvas_note', (after ?? before)?.text.trim().split('\n', 1)[0] ?? '', before, after)

async function showChanges({
  endpoints,
  blocks,
  tokens,
  aliases,
  routing,
  positions,
  canvas,
}: ConfigPlan): Promise<ConfigChange[]> {
  const changes = [
    ...endpoints.changes.map(show('endpoint')),
    ...blocks.changes.map(show('incoming_block')),
    ...(await mapInSlices(tokens.changes, show('client_token'))),
    ...aliases.changes.map(show('model_alias')),
  ]
  // In the order in which applyPlan makes them.
  return [
    ...changes.filter(({ action }) => action !== 'delete'),
    ...changes.filter(({ action }) => action === 'delete').reverse(),
    ...(routing.isChanged ? [showChange('routing', 'routing', routing.before, routing.after)] : []),
    ...(positions.isChanged ? [showChange('positions', 'positions', positions.before, positions.after)] : []),
    ...canvas.notes.changes.map(showNote),
    ...canvas.groups.map(show('endpoint_group')),
  ]
}

/** Throws LB_ERR_VALIDATION with lines in place of a plan error. */
async function withLines<Result>(
  reader: ConfigReader,
  yaml: string,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (!isPlanError(error)) throw error
    throw configFileError(await reader.locate(yaml, error.planErrors))
  }
}

// JSON may escape every character of the file.
const MAX_BODY_BYTES = 2 * MAX_FILE_BYTES + 1024

export function createConfigRoutes({ state, applyBatch, defaultTimeoutS }: AdminContext): AdminRoute[] {
  const reader = createConfigReader()
  return [
    defineRoute({
      method: 'GET',
      path: '/config',
      summary: 'The configuration as a YAML file, without secrets',
      query: configQuery,
      response: configText,
      responseType: 'application/yaml',
      refuses: [409],
      async handle({ query, setHeader }) {
        const snapshot = state.snapshot()
        setHeader('etag', stateEtag(snapshot))
        setHeader('content-disposition', 'attachment; filename="load-balancer.yaml"')
        return reader.render(await exportConfig(snapshot, { withPositions: query.positions === 'true' }))
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/config/diff',
      summary: 'Compare a configuration file with what is configured',
      body: configDiffRequest,
      response: configDiffView,
      isConditional: false,
      maxBodyBytes: MAX_BODY_BYTES,
      refuses: [409],
      async handle({ body: { yaml, prune = false } }) {
        const file = await reader.read(yaml)
        const current = state.snapshot()
        return withLines(reader, yaml, async () => {
          const plan = await planConfig(file, current, { prune, defaultTimeoutS })
          return {
            etag: stateEtag(current),
            changes: await showChanges(plan),
            warnings: planWarnings(file, plan, current),
          }
        })
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/config/apply',
      summary: 'Apply a configuration file: all of it or nothing',
      body: configApplyRequest,
      response: configAppliedView,
      maxBodyBytes: MAX_BODY_BYTES,
      refuses: [409],
      async handle({ body: { yaml, prune = false }, author }) {
        const file = await reader.read(yaml)
        const applied = applyBatch(author, {
          async work(tx, current) {
            const plan = await planConfig(file, current, { prune, defaultTimeoutS })
            const warnings = planWarnings(file, plan, current)
            return { ...(await applyPlan(plan, tx, current)), changes: await showChanges(plan), warnings }
          },
          touched: ({ touched }) => touched,
          response: (snapshot, { changes, warnings, createdTokens }) => ({
            applied: changes.length,
            changes,
            created_tokens: [...createdTokens],
            warnings,
            etag: stateEtag(snapshot),
          }),
        })
        return withLines(reader, yaml, () => applied)
      },
    }),
  ]
}
