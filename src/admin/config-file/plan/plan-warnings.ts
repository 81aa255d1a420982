// Warns about effects of a configuration file's plan that a person may not expect.
import { placeholderName, type ConfigFile } from '../../../contract/config-file.ts'
import type { Snapshot } from '../../../core/state/configuration.ts'
import { fallbackBlockName } from './check-plan.ts'
import type { ConfigPlan, SectionPlan } from './config-plan.ts'
import type { ObjectKind } from '../../changes/require-object.ts'

type Section = SectionPlan<{ readonly name: string }>

const MAX_NAMES = 10

function list(names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMES).map((name) => JSON.stringify(name))
  const more = names.length - shown.length
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

const plural = (kind: ObjectKind, count: number): string =>
  count === 1 ? kind : kind === 'model alias' ? 'model aliases' : `${kind}s`

const deletedNames = ({ changes }: Section): string[] =>
  changes.flatMap(({ before, after }) => (before && !after ? before.name : []))

function sectionWarnings(kind: ObjectKind, section: Section): string[] {
  const created = section.changes.flatMap(({ before, after }) => (after && !before ? after.name : []))
  const deleted = deletedNames(section)
  const { unlisted } = section
  const stay = unlisted.length === 1 ? 'is not in the file and stays' : 'are not in the file and stay'
  return [
    ...(unlisted.length > 0
      ? [
          `The ${plural(kind, unlisted.length)} ${list(unlisted)} ${stay}; pruning would delete ${unlisted.length === 1 ? 'it' : 'them'}.`,
        ]
      : []),
    ...(created.length > 0 && deleted.length > 0
      ? [
          `The ${plural(kind, created.length)} ${list(created)} will be new, and ${list(deleted)} deleted. If that is meant to rename, rename in the admin API instead: what is new has no counters${kind === 'client token' ? ' and another token value' : kind === 'endpoint' ? ' and no stored key' : ''}.`,
        ]
      : []),
  ]
}

function keyWarnings(file: ConfigFile, { endpoints }: ConfigPlan): string[] {
  const without = new Set(
    endpoints.result.filter(({ form }) => form.api_key === '').map(({ form }) => form.name),
  )
  return (file.endpoints ?? []).flatMap(({ name, api_key }) => {
    const variable = placeholderName(api_key)
    return variable !== undefined && without.has(name)
      ? `The endpoint ${JSON.stringify(name)} will have no key: nothing filled in \${${variable}}, and none is stored.`
      : []
  })
}

function tokenWarnings({ blocks, tokens, endpoints }: ConfigPlan, current: Snapshot): string[] {
  const wired = new Map(blocks.result.map(({ form }) => [form.name, new Set(form.endpoints)]))
  const deletedEndpoints = new Set(deletedNames(endpoints))
  const unwiredPreferred = tokens.result.filter(
    ({ form: { preferred_endpoint: preferred, incoming_block } }) =>
      preferred !== null &&
      !deletedEndpoints.has(preferred) &&
      wired.get(incoming_block)?.has(preferred) === false,
  )
  const deletedPreferred = tokens.result.filter(({ form }) =>
    deletedEndpoints.has(form.preferred_endpoint ?? ''),
  )
  const deletedBlockIds = new Set(blocks.changes.flatMap(({ id, after }) => (after ? [] : (id ?? []))))
  const moving = tokens.result.filter(({ id, form }) => {
    const blockId = id === null ? undefined : current.tokenById.get(id)?.blockId
    return blockId !== undefined && deletedBlockIds.has(blockId) && !wired.has(form.incoming_block)
  })
  const names = (some: typeof tokens.result) => list(some.map(({ form }) => form.name))
  return [
    ...(unwiredPreferred.length > 0
      ? [
          `Requests of ${names(unwiredPreferred)} will be refused: the preferred endpoint has no wire from the incoming block.`,
        ]
      : []),
    ...(deletedPreferred.length > 0 ? [`The preferred endpoint of ${names(deletedPreferred)} goes.`] : []),
    ...(moving.length > 0
      ? [
          `The incoming block of ${names(moving)} goes; they move to ${JSON.stringify(fallbackBlockName({ blocks }))}.`,
        ]
      : []),
  ]
}

function defaultBlockWarnings(file: ConfigFile, plan: ConfigPlan): string[] {
  const first = file.incoming_blocks?.[0]?.name
  const fallbackBlock = fallbackBlockName(plan)
  return first === undefined || first === fallbackBlock
    ? []
    : [
        `Clients without a client token go to the incoming block ${JSON.stringify(fallbackBlock)}, not to the first of the file.`,
      ]
}

function noteWarnings({ canvas: { notes } }: ConfigPlan): string[] {
  if (notes.unlisted === 0) return []
  const [are, them] = notes.unlisted === 1 ? ['note or frame is', 'it'] : ['notes and frames are', 'them']
  return [`${notes.unlisted} ${are} not in the file and stay on the canvas; pruning would delete ${them}.`]
}

export const planWarnings = (file: ConfigFile, plan: ConfigPlan, current: Snapshot): string[] => [
  ...keyWarnings(file, plan),
  ...tokenWarnings(plan, current),
  ...defaultBlockWarnings(file, plan),
  ...sectionWarnings('endpoint', plan.endpoints),
  ...sectionWarnings('incoming block', plan.blocks),
  ...sectionWarnings('client token', plan.tokens),
  ...sectionWarnings('model alias', plan.aliases),
  ...noteWarnings(plan),
]
