/** Reads a plan, and the traces and datasets that it names. */
import { openAsBlob } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { faultText, type Checked, type Fault } from '../model/field-schemas.ts'
import { cardFileSchema, parseFile, profileCards, profileSchema } from '../model/profile.ts'
import type { Scenario } from '../model/scenario.ts'

export interface PlannedFile {
  readonly kind: 'trace' | 'dataset'
  readonly id: string
  readonly blob: Blob
}

export interface Plan {
  readonly name: string
  readonly scenarios: readonly Scenario[]
  readonly files: readonly PlannedFile[]
}

const planError = (path: string, faults: readonly Fault[]): Error =>
  new Error(`${path} cannot be used as a plan:\n${faults.map((fault) => `  ${faultText(fault)}`).join('\n')}`)

function parsePlan(text: string): Checked<Pick<Plan, 'name' | 'scenarios'>> {
  const profile = parseFile(profileSchema, text)
  if (profile.ok)
    return { ok: true, value: { name: profile.value.name, scenarios: profileCards(profile.value) } }
  const card = parseFile(cardFileSchema, text)
  if (card.ok)
    return { ok: true, value: { name: card.value.card.name, scenarios: [{ ...card.value.card, key: '' }] } }
  // Where it says what it is, its faults are those of that format.
  return text.includes('"load-producer-card"') ? card : profile
}

/** The file that a card names; undefined where it needs none. */
function neededFile({
  arrival,
  workload,
}: Scenario): { kind: PlannedFile['kind']; id: string; name: string } | undefined {
  if (arrival.kind === 'replay') return { kind: 'trace', id: arrival.traceId, name: arrival.traceName }
  if (workload.kind === 'dataset')
    return { kind: 'dataset', id: workload.datasetId, name: workload.datasetName }
  return undefined
}

async function openFiles(scenarios: readonly Scenario[], paths: readonly string[]): Promise<PlannedFile[]> {
  const files = new Map<string, PlannedFile>()
  for (const scenario of scenarios) {
    const needed = neededFile(scenario)
    if (needed === undefined || files.has(`${needed.kind} ${needed.id}`)) continue
    const path = paths.find((one) => basename(one) === needed.name)
    if (path === undefined)
      throw new Error(
        `the card '${scenario.name}' takes the ${needed.kind} '${needed.name}': name it with --file`,
      )
    files.set(`${needed.kind} ${needed.id}`, {
      kind: needed.kind,
      id: needed.id,
      blob: await openAsBlob(path),
    })
  }
  return [...files.values()]
}

/** @param key - that the requests carry. Rejects with an Error for people. */
export async function readPlan(path: string, paths: readonly string[], key: string): Promise<Plan> {
  const checked = parsePlan(await readFile(path, 'utf8'))
  if (!checked.ok) throw planError(path, checked.faults)
  const { name, scenarios } = checked.value
  if (scenarios.length === 0) throw planError(path, [{ path: 'cards', message: 'takes at least one card' }])
  return {
    name,
    scenarios: scenarios.map((scenario) => ({ ...scenario, key })),
    files: await openFiles(scenarios, paths),
  }
}
