/** Writes the content of a request: its prompt, the turns before it, and how long the response may be. */
import type { Workload } from '../model/workload.ts'
import type { Exchange } from '../calls/call.ts'
import { createSeededRandom } from '../platform/seeded-random.ts'
import type { Dataset } from './dataset.ts'
import { drawLength } from './draw-length.ts'
import { makeWords } from './make-prompt.ts'
import { placeTurn, type Turn } from './place-turn.ts'

export interface PromptContent {
  /** Empty for the system prompt of the card. */
  readonly system: string
  readonly history: readonly Exchange[]
  readonly text: string
  /** null for the limit of the card. */
  readonly maxTokens: number | null
}

type Generated = Extract<Workload, { kind: 'generated' }>

const PREFIX_SEED = 0x1b873593

/** Two numbers to one, so that neighbours do not give neighbours. */
const mix = (seed: number, session: number, turn: number): number =>
  (Math.imul(seed ^ session, 0x9e3779b1) ^ Math.imul(turn + 1, 0x85ebca6b)) | 0

function generatedTurn(workload: Generated, { session, turn }: Turn, seed: number) {
  const random = createSeededRandom(mix(seed, session, turn))
  const inputTokens = drawLength(workload.input, random)
  const outputTokens = drawLength(workload.output, random)
  const shared = turn === 0 ? Math.round((inputTokens * workload.sharedPercent) / 100) : 0
  const prefix = makeWords(mix(seed, PREFIX_SEED, session % workload.prefixes), shared)
  const own = makeWords(mix(seed, session, turn) ^ 0x5bd1e995, inputTokens - shared)
  return { text: (prefix + own).slice(1), outputTokens, replySeed: mix(seed ^ PREFIX_SEED, session, turn) }
}

function generatedContent(workload: Generated, place: Turn, seed: number): PromptContent {
  const history = Array.from({ length: place.turn }, (_, turn): Exchange => {
    const { text, outputTokens, replySeed } = generatedTurn(workload, { ...place, turn }, seed)
    // What the model answered is not kept: a text of the expected length stands for it.
    return { user: text, reply: makeWords(replySeed, outputTokens).slice(1) }
  })
  const { text, outputTokens } = generatedTurn(workload, place, seed)
  return { system: '', history, text, maxTokens: outputTokens }
}

/** A conversation with fewer turns than are asked for begins anew. */
function datasetContent(dataset: Dataset, { session, turn }: Turn): PromptContent {
  const { system, exchanges } = dataset.conversation(session)
  const at = turn % exchanges.length
  return { system, history: exchanges.slice(0, at), text: exchanges[at]?.user ?? '', maxTokens: null }
}

/** @returns undefined where the card has a text of its own. */
export function promptContent(
  workload: Workload,
  number: number,
  dataset: Dataset | undefined,
  seed: number,
): PromptContent | undefined {
  if (workload.kind === 'text') return undefined
  const place = placeTurn(number, workload.turns, workload.sessions)
  if (workload.kind === 'generated') return generatedContent(workload, place, seed)
  return dataset && datasetContent(dataset, place)
}
