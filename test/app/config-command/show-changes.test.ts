import { describe, expect, it } from 'vitest'
import { showChanges } from '../../../src/app/config-command/show-changes.ts'
import type { ConfigChange } from '../../../src/contract/config-file.ts'

const changes: ConfigChange[] = [
  {
    action: 'create',
    object_type: 'client_token',
    name: 'a "b"',
    before: null,
    after: { name: 'a "b"', incoming_block: 'Incoming 1', preferred_endpoint: null, request_priority: 0 },
  },
  {
    action: 'update',
    object_type: 'incoming_block',
    name: 'Incoming 1',
    before: { endpoints: ['x', 'y'] },
    after: { endpoints: [] },
  },
  {
    action: 'update',
    object_type: 'routing',
    name: 'routing',
    before: { mode: 'percentage' },
    after: { mode: 'priority' },
  },
  { action: 'delete', object_type: 'endpoint', name: 'x', before: { name: 'x' }, after: null },
]

describe('changes', () => {
  it('are shown in readable form', () => {
    expect(showChanges(changes, false)).toBe(`\
+ client token "a \\"b\\""
    incoming_block: "Incoming 1"
    request_priority: 0
~ incoming block "Incoming 1"
    endpoints: x, y -> (none)
~ routing
    mode: percentage -> priority
- endpoint "x"
`)
    expect(showChanges([], true)).toBe('')
  })

  it('have colours on a terminal', () => {
    expect(showChanges(changes.slice(3), true)).toBe('\u001b[31m- endpoint "x"\u001b[0m\n')
  })
})
