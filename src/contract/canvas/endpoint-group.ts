// The groups of endpoints on the canvas: what endpoints name in their field `group`, and what the page groups by itself.
// Stored are only the colours that operators have chosen for them.
import { z } from 'zod'
import { canvasColor } from '../objects/canvas-colors.ts'
import { groupName } from '../objects/field-schemas.ts'

export const MAX_GROUP_COLORS = 500

/** Of a group by hand, by model, or by the beginning of names. */
export const shownGroupName = z
  .string()
  .min(1)
  .max(256)
  .refine((name) => name.trim() !== '' && !/\p{Cc}/u.test(name), 'takes visible characters only')

export const endpointGroupView = z.object({ name: z.string(), color: canvasColor })

export const endpointGroupPatch = z
  .strictObject({
    group: shownGroupName.meta({ description: 'The present name of the group.' }),
    name: groupName.min(1).optional().meta({ description: 'The new name, which all of its endpoints take.' }),
    color: canvasColor.nullable().optional().meta({ description: "null for the page's own choice." }),
  })
  .meta({ id: 'EndpointGroupPatch' })
export type EndpointGroupPatch = z.infer<typeof endpointGroupPatch>

export const endpointGroupChanged = z
  .object({ name: z.string(), color: canvasColor.nullable() })
  .meta({ id: 'EndpointGroupChanged' })
