/** Commands for the groups of endpoints. */
import type { CanvasColor } from '../../../../src/contract/objects/canvas-colors.ts'
import type { CallAdmin } from '../../api/call-admin.ts'
import type { Command } from './history.ts'

export const renameGroup = (call: CallAdmin, from: string, to: string): Command => ({
  label: `rename the group ${from} to ${to}`,
  run: () => call('PATCH', '/endpoint-groups', { body: { group: from, name: to } }),
  undo: () => call('PATCH', '/endpoint-groups', { body: { group: to, name: from } }),
})

/** @param after - null for the page's own choice. */
export const colorGroup = (
  call: CallAdmin,
  group: string,
  after: CanvasColor | null,
  before: CanvasColor | null,
): Command => ({
  label: `colour of the group ${group}`,
  run: () => call('PATCH', '/endpoint-groups', { body: { group, color: after } }),
  undo: () => call('PATCH', '/endpoint-groups', { body: { group, color: before } }),
})
