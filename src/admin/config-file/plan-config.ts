// Compares a configuration file with the present configuration: which objects it creates, changes and deletes.
import type { Snapshot } from '../../core/state/configuration.ts'
import { checkPlan } from './check-plan.ts'
import type { ConfigDocument } from './config-document.ts'
import {
  blockForm,
  endpointForm,
  routingForm,
  tokenForm,
  completeBlock,
  completeEndpoint,
  completeRouting,
  completeToken,
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
  const forms = (entries ?? []).map((entry) => entry(stored))
  const changes: Planned<Form>[] = []
  const result = forms.map((after) => {
    const config = stored(after.name)
    const before = config ? formOf(config) : null
    if (!isSameForm(before, after)) changes.push({ id: config?.id ?? null, before, after })
    return { id: config?.id ?? null, form: after }
  })
  const listed = new Set(forms.map(({ name }) => name))
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
 * Throws LB_ERR_VALIDATION, with lines, if the file contradicts itself or names objects that will not exist, and
 * LB_ERR_CONFLICT if several configured objects share a name that the file uses.
 */
export function planConfig(document: ConfigDocument, current: Snapshot, options: PlanOptions): ConfigPlan {
  const { file } = document
  const { prune, defaultTimeoutS } = options
  const endpoints = planSection(
    'endpoint',
    current.endpoints,
    endpointForm,
    file.endpoints?.map((entry) => (stored) => completeEndpoint(entry, stored(entry.name), defaultTimeoutS)),
    prune,
  )
  const blocks = planSection(
    'incoming block',
    current.blocks,
    ({ id }) => blockForm(current, id),
    file.incoming_blocks?.map((entry) => () => completeBlock(entry)),
    prune,
  )
  const tokens = planSection(
    'client token',
    current.tokens,
    (token) => tokenForm(current, token),
    file.client_tokens?.map((entry) => () => completeToken(entry)),
    prune,
  )
  const before = routingForm(current)
  const after = file.routing ? completeRouting(file.routing) : before
  const plan: ObjectsPlan = {
    endpoints,
    blocks,
    tokens,
    routing: { before, after, isChanged: !isSameForm(before, after) },
  }
  checkPlan(document, current, plan)
  return { ...plan, positions: planPositions(document, current, plan) }
}
