/** Puts into words which models an endpoint serves, and what is known of its backend's list. */
import type { EndpointModelsView, ModelsView } from '../../../src/contract/models/models.ts'
import { count } from '../../ui/format/figures.ts'
import { relativeTime } from '../format/relative-time.ts'

type Summary = ModelsView['endpoints'][number]

/** The only model, or their number. */
export function modelWords({ takes_any, served, names }: Summary): string {
  if (takes_any) return 'any model'
  if (served === 0) return 'no model'
  return served === 1 ? (names[0] ?? '') : `${count(served)} models`
}

/** The names, as far as they are few. */
export function modelNames({ takes_any, served, names }: Summary): string {
  const more = served > names.length ? ` and ${count(served - names.length)} more` : ''
  const known = names.join(', ') + more
  if (takes_any) return known === '' ? 'Takes any model' : `Takes any model; known: ${known}`
  return known === '' ? 'Requests for no model go here' : known
}

const inWords = (models: number): string => (models === 1 ? 'one model' : `${count(models)} models`)

/** @param nowMs - in ms since 1970. */
export function listWords(
  { known, read_at, failed, listed }: Omit<EndpointModelsView, 'models' | 'revision'>,
  nowMs: number,
): string {
  const ago = read_at === null ? '' : relativeTime(nowMs - Date.parse(read_at))
  if (!known)
    return failed
      ? 'The backend does not say which models it has.'
      : 'The backend has not been asked for its models yet.'
  const list = listed === 0 ? 'The backend lists no models' : `The backend lists ${inWords(listed)}`
  return failed ? `${list} as of ${ago}; it has not answered since.` : `${list}. Read ${ago}.`
}
