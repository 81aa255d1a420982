// Applies the plan of a configuration file inside one transaction.
import { digestSecret } from '../../../config/secret-digest.ts'
import { clientTokenFields } from '../../../contract/objects/client-token-fields.ts'
import { endpointFields } from '../../../contract/objects/endpoint-fields.ts'
import { initialValues } from '../../../contract/objects/field-table.ts'
import { incomingBlockFields } from '../../../contract/objects/incoming-block-fields.ts'
import { modelAliasFields } from '../../../contract/objects/model-alias-fields.ts'
import type { Configuration, Snapshot } from '../../../core/state/configuration.ts'
import { previewSecret } from '../../../core/secret-preview.ts'
import type { StoreTransaction } from '../../../store/store.ts'
import type { Touched } from '../../changes/apply-change.ts'
import type { AuditFields } from '../../changes/audit-diff.ts'
import { blockEtag } from '../../changes/etag.ts'
import { mergeValues } from '../../changes/field-values.ts'
import { describeBlock } from '../../blocks/block-view.ts'
import type { BlockForm, TokenForm } from '../config-forms.ts'
import { describeEndpoint } from '../../endpoints/endpoint-view.ts'
import type { ConfigPlan, Planned, SectionPlan } from './config-plan.ts'
import { describePlannedPositions } from './plan-positions.ts'
import { applyCanvas } from './apply-canvas.ts'
import type { PositionsPlan } from './config-plan.ts'
import { describeAlias } from '../../models/alias-view.ts'
import { readRouting } from '../../gateway/routing-routes.ts'
import { makeToken, type TokenSettings } from '../../tokens/token-values.ts'
import { describeToken } from '../../tokens/token-view.ts'

export interface AppliedPlan {
  /** The changed objects, in the order of the plan. */
  readonly touched: readonly Touched[]
  readonly createdTokens: readonly { readonly name: string; readonly token: string }[]
}

type Ids = Map<string, number>

interface PlanContext {
  readonly tx: StoreTransaction
  readonly current: Snapshot
  readonly plan: ConfigPlan
  readonly endpointIds: Ids
  readonly blockIds: Ids
  readonly tokenIds: Ids
  readonly createdTokens: { name: string; token: string }[]
  /** Records a changed object for the audit. */
  done(touched: Touched): void
}

const idsOf = ({ result }: SectionPlan<{ readonly name: string }>): Ids =>
  new Map(result.flatMap(({ id, form }) => (id === null ? [] : [[form.name, id] as const])))

const touchedObject = (
  objectType: string,
  verb: string,
  id: number | null,
  describe: (configuration: Configuration, id: number) => AuditFields | null,
): Touched => ({ objectType, verb, id, describe: (configuration) => describe(configuration, id ?? 0) })

/** Sets the position of a new object: the file's, otherwise the initial one, which the canvas takes for not placed. */
function withPosition<Values extends { readonly posX: number; readonly posY: number }>(
  blank: Values,
  newPositions: PositionsPlan['endpoints']['newPositions'],
  name: string,
): Values {
  const position = newPositions.get(name)
  return position === undefined ? blank : { ...blank, posX: position.pos_x, posY: position.pos_y }
}

async function saveEndpoints({ tx, current, plan, endpointIds, done }: PlanContext): Promise<void> {
  for (const { id, after } of plan.endpoints.changes) {
    if (after === null) continue
    const stored = id === null ? undefined : current.endpointById.get(id)
    if (stored) {
      await tx.endpoints.update(stored.id, mergeValues(endpointFields, after, stored))
      done(touchedObject('endpoint', 'update', stored.id, describeEndpoint))
    } else {
      const { newPositions } = plan.positions.endpoints
      const blank = withPosition(initialValues(endpointFields), newPositions, after.name)
      const created = await tx.endpoints.insert(mergeValues(endpointFields, after, blank))
      endpointIds.set(after.name, created.id)
      done(touchedObject('endpoint', 'create', created.id, describeEndpoint))
    }
  }
}

async function rewire(
  { tx, endpointIds }: PlanContext,
  blockId: number,
  { before, after }: Planned<BlockForm>,
) {
  const [had, has] = [new Set(before?.endpoints), new Set(after?.endpoints)]
  for (const name of has) if (!had.has(name)) await tx.wires.add(blockId, endpointIds.get(name) ?? 0)
  for (const name of had) if (!has.has(name)) await tx.wires.remove(blockId, endpointIds.get(name) ?? 0)
}

async function saveBlocks(context: PlanContext): Promise<void> {
  const { tx, current, plan, blockIds, done } = context
  for (const change of plan.blocks.changes) {
    const { id, after } = change
    if (after === null) continue
    const { newPositions } = plan.positions.incoming_blocks
    const stored = id === null ? undefined : current.blockById.get(id)
    const base = stored ?? withPosition(initialValues(incomingBlockFields), newPositions, after.name)
    const values = mergeValues(incomingBlockFields, after, base)
    const blockId = id ?? (await tx.blocks.insert(values)).id
    // A change of wires alone leaves the block as it is.
    if (stored && blockEtag({ ...stored, ...values }) !== blockEtag(stored))
      await tx.blocks.update(blockId, values)
    blockIds.set(after.name, blockId)
    await rewire(context, blockId, change)
    done(touchedObject('incoming_block', id === null ? 'create' : 'update', blockId, describeBlock))
  }
}

async function saveTokens(context: PlanContext): Promise<void> {
  const { tx, current, plan, endpointIds, blockIds, tokenIds, createdTokens, done } = context
  const settings = (form: TokenForm, base: TokenSettings) =>
    mergeValues(
      clientTokenFields,
      {
        ...form,
        incoming_block_id: blockIds.get(form.incoming_block) ?? 0,
        preferred_endpoint_id:
          form.preferred_endpoint === null ? null : (endpointIds.get(form.preferred_endpoint) ?? 0),
      },
      base,
    )
  for (const { id, after } of plan.tokens.changes) {
    if (after === null) continue
    const stored = id === null ? undefined : current.tokenById.get(id)
    if (stored) {
      await tx.tokens.update(stored.id, settings(after, stored))
      done(touchedObject('client_token', 'update', stored.id, describeToken))
      continue
    }
    const token = makeToken()
    const { newPositions } = plan.positions.client_tokens
    const blank = withPosition(initialValues(clientTokenFields), newPositions, after.name)
    const secret = { digest: digestSecret(token), preview: previewSecret(token) }
    const created = await tx.tokens.insert({ ...settings(after, blank), ...secret })
    tokenIds.set(after.name, created.id)
    createdTokens.push({ name: after.name, token })
    done(touchedObject('client_token', 'create', created.id, describeToken))
  }
}

async function saveAliases({ tx, current, plan, endpointIds, done }: PlanContext): Promise<void> {
  for (const { id, after } of plan.aliases.changes) {
    if (after === null) continue
    const targets = after.targets.map(({ model, endpoint }) => ({
      model,
      endpoint_id: endpoint === undefined ? null : (endpointIds.get(endpoint) ?? null),
    }))
    const base = (id === null ? undefined : current.aliasById.get(id)) ?? initialValues(modelAliasFields)
    const values = mergeValues(modelAliasFields, { ...after, targets }, base)
    const aliasId = id ?? (await tx.aliases.insert(values)).id
    if (id !== null) await tx.aliases.update(id, values)
    done(touchedObject('model_alias', id === null ? 'create' : 'update', aliasId, describeAlias))
  }
}

/** Deletes aliases and tokens first, then blocks, then endpoints: each refers to the next. */
async function removeUnlisted({ tx, plan, done }: PlanContext): Promise<void> {
  const deletedIds = ({ changes }: SectionPlan<unknown>) =>
    changes.flatMap(({ id, after }) => (after === null && id !== null ? id : []))
  for (const id of deletedIds(plan.aliases)) {
    await tx.aliases.delete(id)
    done(touchedObject('model_alias', 'delete', id, describeAlias))
  }
  for (const id of deletedIds(plan.tokens)) {
    await tx.tokens.delete(id)
    done(touchedObject('client_token', 'delete', id, describeToken))
  }
  for (const id of deletedIds(plan.blocks)) {
    await tx.blocks.delete(id)
    done(touchedObject('incoming_block', 'delete', id, describeBlock))
  }
  for (const id of deletedIds(plan.endpoints)) {
    await tx.endpoints.delete(id)
    done(touchedObject('endpoint', 'delete', id, describeEndpoint))
  }
}

async function saveRoutingAndPositions({ tx, plan, tokenIds, done }: PlanContext): Promise<void> {
  const { after } = plan.routing
  if (plan.routing.isChanged) {
    const token = after.priority_input_token
    const priorityInputTokenId = token === null ? null : (tokenIds.get(token) ?? null)
    await tx.saveSettings({ routingMode: after.mode, placement: after.placement, priorityInputTokenId })
    done(touchedObject('routing', 'update', null, readRouting))
  }
  const { positions } = plan
  if (!positions.isChanged) return
  await tx.endpoints.move(positions.endpoints.moves)
  await tx.blocks.move(positions.incoming_blocks.moves)
  await tx.tokens.move(positions.client_tokens.moves)
  if (positions.incoming)
    await tx.saveSettings({ incomingPos: { posX: positions.incoming.pos_x, posY: positions.incoming.pos_y } })
  done(touchedObject('positions', 'update', null, describePlannedPositions(positions)))
}

/** @param current - what the plan was made from; the configuration at the start of the transaction. */
export async function applyPlan(
  plan: ConfigPlan,
  tx: StoreTransaction,
  current: Snapshot,
): Promise<AppliedPlan> {
  const touched: Touched[] = []
  const context: PlanContext = {
    tx,
    current,
    plan,
    // Includes endpoints to be deleted: their wires are removed one by one, so that a restored endpoint has none of them.
    endpointIds: new Map(current.endpoints.map(({ id, name }) => [name, id])),
    blockIds: idsOf(plan.blocks),
    tokenIds: idsOf(plan.tokens),
    createdTokens: [],
    done: (one) => void touched.push(one),
  }
  await saveEndpoints(context)
  await saveBlocks(context)
  await saveTokens(context)
  await saveAliases(context)
  await removeUnlisted(context)
  await saveRoutingAndPositions(context)
  await applyCanvas(plan.canvas, tx, context.done)
  return { touched, createdTokens: context.createdTokens }
}
