// Compares a configuration file with what is configured: which objects it creates, changes and deletes.
import type { Snapshot } from '../../core/state/configuration.ts'
import { checkPlan } from './check-plan.ts'
import type { ConfigDocument } from './config-document.ts'
import {
  blockForm,
  endpointForm,
  routingForm,
  tokenForm,
  wantedBlock,
  wantedEndpoint,
  wantedRouting,
  wantedToken,
} from './config-forms.ts'
import { findByName } from './find-by-name.ts'
import type { ObjectKind } from '../changes/require-object.ts'
import { planPositions } from './plan-positions.ts'
import type { Planned, SectionPlan, ConfigPlan, ObjectsPlan } from './config-plan.ts'

interface Named {
  readonly name: string
}

export interface PlanOptions {
  readonly prune: boolean
  readonly defaultTimeoutS: number
}

const isSameForm = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

function planSection<Form extends Named, Config extends Named & { readonly id: number }>(
  kind: ObjectKind,
  current: readonly Config[],
  formOf: (config: Config) => Form,
  entries: readonly ((stored: (name: string) => Config | undefined) => Form)[] | undefined,
  prune: boolean,
): SectionPlan<Form> {
  const stored = findByName(kind, current)
  const wanted = (entries ?? []).map((entry) => entry(stored))
  const changes: Planned<Form>[] = []
  const result = wanted.map((after) => {
    const config = stored(after.name)
    const before = config ? formOf(config) : null
    if (!isSameForm(before, after)) changes.push({ id: config?.id ?? null, before, after })
    return { id: config?.id ?? null, form: after }
  })
  const listed = new Set(wanted.map(({ name }) => name))
  const rest = current.filter(({ name }) => !listed.has(name))
  if (entries !== undefined && prune) {
    for (const config of rest) changes.push({ id: config.id, before: formOf(config), after: null })
    return { changes, result, unlisted: [] }
  }
  return {
    changes,
    result: [...result, ...rest.map((config) => ({ id: config.id, form: formOf(config) }))],
    unlisted: entries === undefined ? [] : rest.map(({ name }) => name),
  }
}

/**
 * Throws LB_ERR_VALIDATION, with the lines, where the file contradicts itself or names what there is not, LB_ERR_CONFLICT
 * where a name that it needs is not distinct among what is configured.
 */
export function planConfig(document: ConfigDocument, current: Snapshot, options: PlanOptions): ConfigPlan {
  const { file } = document
  const { prune, defaultTimeoutS } = options
  const endpoints = planSection(
    'endpoint',
    current.endpoints,
    endpointForm,
    file.endpoints?.map((entry) => (stored) => wantedEndpoint(entry, stored(entry.name), defaultTimeoutS)),
    prune,
  )
  const blocks = planSection(
    'incoming block',
    current.blocks,
    ({ id }) => blockForm(current, id),
    file.incoming_blocks?.map((entry) => () => wantedBlock(entry)),
    prune,
  )
  const tokens = planSection(
    'client token',
    current.tokens,
    (token) => tokenForm(current, token),
    file.client_tokens?.map((entry) => () => wantedToken(entry)),
    prune,
  )
  const before = routingForm(current)
  const after = file.routing ? wantedRouting(file.routing) : before
  const plan: ObjectsPlan = {
    endpoints,
    blocks,
    tokens,
    routing: { before, after, isChanged: !isSameForm(before, after) },
  }
  checkPlan(document, current, plan)
  return { ...plan, positions: planPositions(document, current, plan) }
}
