/** The filter of the audit, and its query string for the admin API. */

export interface AuditFilter {
  readonly text: string
  /** Empty for any. */
  readonly objectType: string
  /** Empty for any; has an effect only with an object type. */
  readonly verb: string
  readonly actor: string
  /** Local time in the format of a datetime-local input; empty for no bound. */
  readonly since: string
  readonly until: string
}

export const noFilter: AuditFilter = { text: '', objectType: '', verb: '', actor: '', since: '', until: '' }

const objectVerbs = ['create', 'update', 'delete', 'restore'] as const

/** Every object type of the audit, with its actions. */
export const auditObjects: Readonly<Record<string, { label: string; verbs: readonly string[] }>> = {
  endpoint: { label: 'Endpoints', verbs: [...objectVerbs, 'reset', 'end_requests'] },
  incoming_block: { label: 'Incoming blocks', verbs: objectVerbs },
  client_token: { label: 'Client tokens', verbs: objectVerbs },
  model_alias: { label: 'Model aliases', verbs: objectVerbs },
  endpoint_group: { label: 'Groups of endpoints', verbs: ['create', 'update', 'delete'] },
  canvas_note: { label: 'Notes and frames', verbs: objectVerbs },
  wire: { label: 'Wires', verbs: ['add', 'remove'] },
  routing: { label: 'Routing', verbs: ['update'] },
  positions: { label: 'Positions', verbs: ['update'] },
  gateway: { label: 'Operations', verbs: ['reset_stats', 'clear_cache', 'vacuum_db'] },
}

export const humanize = (name: string): string => name.replaceAll('_', ' ')

const toIsoTime = (local: string): string => {
  const time = new Date(local)
  return Number.isNaN(time.getTime()) ? '' : time.toISOString()
}

/** The query string of one page. @param beforeId - id of the last row of the previous page, 0 for the first page */
export function auditQuery(filter: AuditFilter, beforeId: number, limit: number): string {
  const parameters = new URLSearchParams({ limit: String(limit) })
  const given = {
    before_id: beforeId === 0 ? '' : String(beforeId),
    q: filter.text.trim(),
    object_type: filter.objectType,
    action: filter.objectType && filter.verb && `${filter.objectType}.${filter.verb}`,
    actor: filter.actor.trim(),
    since: toIsoTime(filter.since),
    until: toIsoTime(filter.until),
  }
  for (const [name, value] of Object.entries(given)) if (value !== '') parameters.set(name, value)
  return parameters.toString()
}
