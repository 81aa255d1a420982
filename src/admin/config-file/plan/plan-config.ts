// Compares a configuration file with the present configuration: which objects it creates, changes and deletes.
import type { Snapshot } from '../../../core/state/configuration.ts'
import { isTestToken } from '../../tokens/test-tokens.ts'
import { checkPlan } from './check-plan.ts'
import type { ConfigFile } from '../../../contract/config-file.ts'
import { mapInSlices } from '../../map-in-slices.ts'
import {
  aliasForm,
  blockForm,
  endpointForm,
  routingForm,
  tokenForm,
  completeAlias,
  completeBlock,
  completeEndpoint,
  completeRouting,
  completeToken,
} from '../config-forms.ts'
import { findByName } from '../find-by-name.ts'
import type { ObjectKind } from '../../changes/require-object.ts'
import { planCanvas } from './plan-canvas.ts'
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

async function planSection<Form extends Named, Config extends Named & { readonly id: number }>(
  kind: ObjectKind,
  current: readonly Config[],
  formOf: (config: Config) => Form,
  entries: readonly ((stored: (name: string) => Config | undefined) => Form)[] | undefined,
  prune: boolean,
): Promise<SectionPlan<Form>> {
  const stored = findByName(kind, current)
  const forms = await mapInSlices(entries ?? [], (entry) => entry(stored))
  const changes: Planned<Form>[] = []
  const result = await mapInSlices(forms, (after) => {
    const config = stored(after.name)
    const before = config ? formOf(config) : null
    if (!isSameForm(before, after)) changes.push({ id: config?.id ?? null, before, after })
    return { id: config?.id ?? null, form: after }
  })
  const listed = new Set(forms.map(({ name }) => name))
  const rest = current.filter(({ name }) => !listed.has(name))
  if (entries !== undefined && prune) {
    changes.push(
      ...(await mapInSlices(rest, (config) => ({ id: config.id, before: formOf(config), after: null }))),
    )
    return { changes, result, unlisted: [] }
  }
  return {
    changes,
    result: [...result, ...(await mapInSlices(rest, (config) => ({ id: config.id, form: formOf(config) })))],
    unlisted: entries === undefined ? [] : rest.map(({ name }) => name),
  }
}

/**
 * Throws a plan error if the file contradicts itself or names objects that will not exist, and LB_ERR_CONFLICT if several
 * configured objects share a name that the file uses.
 */
export async function planConfig(
  file: ConfigFile,
  current: Snapshot,
  options: PlanOptions,
): Promise<ConfigPlan> {
  const { prune, defaultTimeoutS } = options
  const endpoints = await planSection(
    'endpoint',
    current.endpoints,
    endpointForm,
    file.endpoints?.map((entry) => (stored) => completeEndpoint(entry, stored(entry.name), defaultTimeoutS)),
    prune,
  )
  const blocks = await planSection(
    'incoming block',
    current.blocks,
    ({ id }) => blockForm(current, id),
    file.incoming_blocks?.map((entry) => () => completeBlock(entry)),
    prune,
  )
  const tokens = await planSection(
    'client token',
    current.tokens.filter((token) => !isTestToken(token)),
    (token) => tokenForm(current, token),
    file.client_tokens?.map((entry) => () => completeToken(entry)),
    prune,
  )
  const aliases = await planSection(
    'model alias',
    current.aliases,
    (alias) => aliasForm(current, alias),
    file.model_aliases?.map((entry) => () => completeAlias(entry)),
    prune,
  )
  const before = routingForm(current)
  const after = file.routing ? completeRouting(file.routing) : before
  const plan: ObjectsPlan = {
    endpoints,
    blocks,
    tokens,
    aliases,
    routing: { before, after, isChanged: !isSameForm(before, after) },
  }
  await checkPlan(file, current, plan)
  return {
    ...plan,
    positions: planPositions(file, current, plan),
    canvas: planCanvas(file, current, prune),
  }
}
