/** The notices of changes that other operators, or scripts, have made to the configuration. */
import type { AuditEntry } from '../../../src/contract/audit.ts'
import type { StateView } from '../../../src/contract/gateway.ts'
import { auditedObject } from '../audit/audited-object.ts'
import { humanize } from '../audit/audit-filter.ts'
import type { NewNotice } from './notice.ts'

/**
 * @param entries - newest first.
 * @param lastId - of the newest entry that was there before; undefined at the first look, which finds no news.
 * @param actor - what the audit calls this session.
 * @returns oldest first.
 */
export function auditNotices(
  entries: readonly AuditEntry[],
  lastId: number | undefined,
  actor: string | undefined,
  state: StateView | undefined,
): NewNotice[] {
  if (lastId === undefined) return []
  const news = entries.filter((entry) => entry.id > lastId && entry.actor !== actor)
  return news.toReversed().map((entry): NewNotice => {
    const { name, node } = auditedObject(entry, state)
    const [, verb = entry.action] = entry.action.split('.')
    const what = [humanize(verb), humanize(entry.object_type), name].filter((part) => part !== '').join(' ')
    return { kind: 'change', tone: 'info', text: `${entry.actor}: ${what}`, target: node }
  })
}
