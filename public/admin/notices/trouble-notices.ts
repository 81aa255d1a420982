/** The notices that follow from one look at the troubles to the next. */
import { span } from '../../ui/format/figures.ts'
import type { TrackedTrouble } from '../troubles/track-troubles.ts'
import type { Ending } from '../troubles/trouble.ts'
import type { NewNotice } from './notice.ts'

/** How long it has lasted is told of what has been mended. */
const endText = (subject: string, { tone, words }: Ending, lastedMs: number): string =>
  `${subject} ${words}${tone === 'ok' ? ` after ${span(lastedMs)}` : ''}`

/** @param isFirst - whether nothing was looked at before: what is found then is shown, but is no news. */
export function troubleNotices(
  before: readonly TrackedTrouble[],
  after: readonly TrackedTrouble[],
  isFirst: boolean,
): NewNotice[] {
  const known = new Map(before.map((one) => [one.id, one]))
  const began = after.flatMap((one): NewNotice[] => {
    const old = known.get(one.id)
    known.delete(one.id)
    const isWorse = old?.severity === 'warn' && one.severity === 'bad'
    if (old !== undefined && !isWorse) return []
    return [
      {
        kind: isWorse ? 'worse' : 'began',
        tone: one.severity,
        text: `${one.subject} ${one.words}`,
        target: one.target,
        ...(isFirst && { isOld: true }),
      },
    ]
  })
  const ended = [...known.values()].flatMap(({ subject, target, sinceMs, over }): NewNotice[] =>
    over === undefined
      ? []
      : [{ kind: 'ended', tone: over.tone, text: endText(subject, over, over.atMs - sinceMs), target }],
  )
  return [...began, ...ended]
}
