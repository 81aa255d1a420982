// Checks that the configuration which results from a file is consistent.
import { setImmediate } from 'node:timers/promises'
import type { FieldError } from '../../../contract/problem.ts'
import type { Snapshot } from '../../../core/state/configuration.ts'
import { gatewayError } from '../../../core/gateway-error.ts'
import { placeholderName, type ConfigFile } from '../../../contract/config-file.ts'
import { KEY_NEEDED, movesKey } from '../../endpoints/check-address.ts'
import { planError } from './plan-error.ts'
import { sumOfShares } from '../../tokens/guaranteed-shares.ts'
import type { ObjectsPlan, SectionPlan } from './config-plan.ts'
import type { ObjectKind } from '../../changes/require-object.ts'

const errorAt = (pointer: string, detail: string): FieldError => ({ pointer, detail })

/** The block that tokens of deleted blocks move to; undefined if none remains. */
export function fallbackBlockName({ blocks: { result } }: Pick<ObjectsPlan, 'blocks'>): string | undefined {
  const kept = result.filter(({ id }) => id !== null).sort((a, b) => (a.id ?? 0) - (b.id ?? 0))
  return (kept[0] ?? result[0])?.form.name
}

function duplicateNameErrors(section: string, names: readonly string[] | undefined): FieldError[] {
  const first = new Map<string, number>()
  for (const [index, name] of (names ?? []).entries()) if (!first.has(name)) first.set(name, index)
  return (names ?? []).flatMap((name, index) =>
    first.get(name) === index
      ? []
      : errorAt(`/${section}/${index}`, `Repeats the name ${JSON.stringify(name)}.`),
  )
}

/** @returns a check of one reference, which throws LB_ERR_CONFLICT if the name is ambiguous. */
function checkReference(kind: ObjectKind, { result }: SectionPlan<{ readonly name: string }>) {
  const counts = new Map<string, number>()
  for (const { form } of result) counts.set(form.name, (counts.get(form.name) ?? 0) + 1)
  return (name: string | null | undefined, pointer: string): FieldError[] => {
    if (name == null) return []
    const count = counts.get(name) ?? 0
    if (count === 0) return [errorAt(pointer, `There will be no ${kind} ${JSON.stringify(name)}.`)]
    if (count === 1) return []
    throw gatewayError(
      'LB_ERR_CONFLICT',
      `There are ${count} ${kind}s of the name ${JSON.stringify(name)}, and a file goes by names. Rename one of them.`,
    )
  }
}

function referenceErrors(file: ConfigFile, plan: ObjectsPlan): FieldError[] {
  const endpoint = checkReference('endpoint', plan.endpoints)
  const block = checkReference('incoming block', plan.blocks)
  const token = checkReference('client token', plan.tokens)
  return [
    ...(file.incoming_blocks ?? []).flatMap(({ endpoints }, i) =>
      endpoints.flatMap((name, j) => endpoint(name, `/incoming_blocks/${i}/endpoints/${j}`)),
    ),
    ...(file.client_tokens ?? []).flatMap(({ incoming_block, preferred_endpoint }, i) => [
      ...block(incoming_block, `/client_tokens/${i}/incoming_block`),
      ...endpoint(preferred_endpoint, `/client_tokens/${i}/preferred_endpoint`),
    ]),
    ...(file.model_aliases ?? []).flatMap(({ targets }, i) =>
      targets.flatMap((target, j) => endpoint(target.endpoint, `/model_aliases/${i}/targets/${j}/endpoint`)),
    ),
    ...token(file.routing?.priority_input_token, '/routing/priority_input_token'),
  ]
}

/** Groups tokens by block: by its id if it has one, since blocks that the file does not name may share a name. */
function sharesByBlock(plan: ObjectsPlan, current: Snapshot, isListed: (name: string) => boolean) {
  const idOf = new Map(plan.blocks.result.map(({ id, form }) => [form.name, id]))
  const fallback = fallbackBlockName(plan) ?? ''
  const remainingBlockIds = new Set(plan.blocks.result.map(({ id }) => id))
  const blockOf = ({ id, form }: ObjectsPlan['tokens']['result'][number]): number | string => {
    const blockId = id === null || isListed(form.name) ? null : (current.tokenById.get(id)?.blockId ?? null)
    if (blockId !== null && remainingBlockIds.has(blockId)) return blockId
    const name = blockId === null ? form.incoming_block : fallback
    return idOf.get(name) ?? name
  }
  return Map.groupBy(plan.tokens.result, blockOf)
}

function shareErrors(file: ConfigFile, plan: ObjectsPlan, current: Snapshot): FieldError[] {
  const indexes = new Map(file.client_tokens?.map(({ name }, index) => [name, index]))
  const blocks = sharesByBlock(plan, current, (name) => indexes.has(name))
  return [...blocks].flatMap(([block, members]) => {
    const sum = sumOfShares(members.map(({ form }) => form.guaranteed_share_percent))
    if (sum <= 100) return []
    const name = typeof block === 'number' ? current.blockById.get(block)?.name : block
    const detail = `The guaranteed shares of incoming block ${JSON.stringify(name)} come to ${sum}; it takes at most 100.`
    const index = members.map(({ form }) => indexes.get(form.name)).findLast((one) => one !== undefined)
    return errorAt(
      index === undefined ? '/incoming_blocks' : `/client_tokens/${index}/guaranteed_share_percent`,
      detail,
    )
  })
}

/** A file without the key must not send a stored one elsewhere. */
const keyErrors = (file: ConfigFile, { endpointById }: Snapshot, plan: ObjectsPlan): FieldError[] =>
  (file.endpoints ?? []).flatMap(({ base_url, api_key }, index) => {
    // The plan begins with the file's endpoints, in their order.
    const id = plan.endpoints.result[index]?.id ?? null
    const stored = id === null ? undefined : endpointById.get(id)
    const isKept = api_key === undefined || placeholderName(api_key) !== undefined
    return stored && movesKey(stored, base_url, !isKept)
      ? [errorAt(`/endpoints/${index}/api_key`, KEY_NEEDED)]
      : []
  })

/** Throws LB_ERR_VALIDATION with the line of each inconsistency, LB_ERR_CONFLICT if a name is ambiguous. */
export async function checkPlan(file: ConfigFile, current: Snapshot, plan: ObjectsPlan): Promise<void> {
  const names = (list: readonly { readonly name: string }[] | undefined) => list?.map(({ name }) => name)
  const errors = [
    ...duplicateNameErrors('endpoints', names(file.endpoints)),
    ...duplicateNameErrors('incoming_blocks', names(file.incoming_blocks)),
    ...duplicateNameErrors('client_tokens', names(file.client_tokens)),
    ...duplicateNameErrors('model_aliases', names(file.model_aliases)),
    ...(file.incoming_blocks ?? []).flatMap(({ endpoints }, i) =>
      duplicateNameErrors(`incoming_blocks/${i}/endpoints`, endpoints),
    ),
  ]
  // Duplicates would be reported a second time by the checks below.
  if (errors.length > 0) throw planError(errors)
  if (plan.blocks.result.length === 0)
    throw planError([errorAt('/incoming_blocks', 'One incoming block must remain.')])
  // Each of them goes over all client tokens.
  await setImmediate()
  const planErrors = referenceErrors(file, plan)
  await setImmediate()
  planErrors.push(...shareErrors(file, plan, current), ...keyErrors(file, current, plan))
  await setImmediate()
  if (planErrors.length > 0) throw planError(planErrors)
}
