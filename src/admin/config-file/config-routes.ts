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
import { applyPlan } from './apply-plan.ts'
import { readConfigDocument } from './config-document.ts'
import { defineRoute, type AdminRoute } from '../http/define-route.ts'
import { stateEtag } from '../changes/etag.ts'
import { exportConfig } from './export-config.ts'
import { planConfig } from './plan-config.ts'
import type { ConfigPlan, Planned } from './config-plan.ts'
import { planWarnings } from './plan-warnings.ts'

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

function showChanges({ endpoints, blocks, tokens, routing, positions }: ConfigPlan): ConfigChange[] {
  const show =
    (objectType: ConfigChange['object_type']) =>
    ({ before, after }: Planned<AuditFields & { readonly name: string }>) =>
      showChange(objectType, (after ?? before)?.name ?? '', before, after)
  const changes = [
    ...endpoints.changes.map(show('endpoint')),
    ...blocks.changes.map(show('incoming_block')),
    ...tokens.changes.map(show('client_token')),
  ]
  // In the order in which applyPlan makes them.
  return [
    ...changes.filter(({ action }) => action !== 'delete'),
    ...changes.filter(({ action }) => action === 'delete').reverse(),
    ...(routing.isChanged ? [showChange('routing', 'routing', routing.before, routing.after)] : []),
    ...(positions.isChanged ? [showChange('positions', 'positions', positions.before, positions.after)] : []),
  ]
}

export function createConfigRoutes({ state, applyBatch, defaultTimeoutS }: AdminContext): AdminRoute[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/config',
      summary: 'The configuration as a YAML file, without secrets',
      query: configQuery,
      response: configText,
      responseType: 'application/yaml',
      refuses: [409],
      handle({ query, setHeader }) {
        const snapshot = state.snapshot()
        setHeader('etag', stateEtag(snapshot))
        setHeader('content-disposition', 'attachment; filename="load-balancer.yaml"')
        return exportConfig(snapshot, { withPositions: query.positions === 'true' })
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/config/diff',
      summary: 'Compare a configuration file with what is configured',
      body: configDiffRequest,
      response: configDiffView,
      isConditional: false,
      refuses: [409],
      handle({ body: { yaml, prune = false } }) {
        const document = readConfigDocument(yaml)
        const current = state.snapshot()
        const plan = planConfig(document, current, { prune, defaultTimeoutS })
        return {
          etag: stateEtag(current),
          changes: showChanges(plan),
          warnings: planWarnings(document.file, plan, current),
        }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/config/apply',
      summary: 'Apply a configuration file: all of it or nothing',
      body: configApplyRequest,
      response: configAppliedView,
      refuses: [409],
      handle({ body: { yaml, prune = false }, author }) {
        const document = readConfigDocument(yaml)
        return applyBatch(author, {
          async work(tx, current) {
            const plan = planConfig(document, current, { prune, defaultTimeoutS })
            const warnings = planWarnings(document.file, plan, current)
            return { ...(await applyPlan(plan, tx, current)), changes: showChanges(plan), warnings }
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
      },
    }),
  ]
}
