// The engines that a simulated backend can be like.
import { defaultSettings, type Settings } from '../settings.ts'
import type { Kind } from './kind.ts'
import { llamaCpp } from './llama-cpp.ts'
import { ollama } from './ollama.ts'
import { tei } from './tei.ts'
import { vllm } from './vllm.ts'

const kinds: Readonly<Record<Settings['kind'], Kind>> = { vllm, 'llama.cpp': llamaCpp, ollama, tei }

export const kindOf = ({ kind }: Pick<Settings, 'kind'>): Kind => kinds[kind]

const habitNames = Object.values(kinds).flatMap(({ habits }) => Object.keys(habits)) as (keyof Settings)[]
const noHabits: Partial<Settings> = Object.fromEntries(
  habitNames.map((name) => [name, defaultSettings[name]]),
)

/** Every setting that is a habit of any kind, as this one has it. @param kind - undefined where none is chosen. */
export const habitsOf = (kind: Settings['kind'] | undefined): Partial<Settings> =>
  kind === undefined ? {} : { ...noHabits, ...kinds[kind].habits }
