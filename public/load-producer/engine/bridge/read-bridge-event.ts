/** Parses a message of the bridge. Checked without a schema, because a fast run receives tens of thousands a second. */
import type { BridgeEvent } from '../../../../src/contract/bridge.ts'

type Kind = 'string' | 'number' | 'object'

const requiredFields: Record<BridgeEvent['type'], Readonly<Record<string, Kind>>> = {
  response: { status: 'number', headers: 'object', body: 'string', end_ms: 'number' },
  stream_start: { status: 'number', headers: 'object', sent_ms: 'number', at_ms: 'number' },
  stream_chunk: { data: 'string', at_ms: 'number' },
  stream_end: { end_ms: 'number' },
  error: { error: 'string', code: 'string', end_ms: 'number' },
}

/** @returns undefined when the message is not an event of a call. */
export function readBridgeEvent(message: unknown): BridgeEvent | undefined {
  if (typeof message !== 'string') return undefined
  let value: unknown
  try {
    value = JSON.parse(message)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null || !('type' in value)) return undefined
  const { type } = value
  if (typeof type !== 'string' || !Object.hasOwn(requiredFields, type)) return undefined
  const fields = value as Record<string, unknown>
  for (const [name, kind] of Object.entries(requiredFields[type as BridgeEvent['type']])) {
    if (typeof fields[name] !== kind || fields[name] === null) return undefined
  }
  return value as BridgeEvent
}
