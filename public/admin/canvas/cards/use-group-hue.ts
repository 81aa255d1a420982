/** The colour of a group: the chosen one, otherwise one by its name. */
import type { CanvasColor } from '../../../../src/contract/objects/canvas-colors.ts'
import { useGateway } from '../../state/page/page.tsx'
import { hueOf } from '../model/fleet/endpoint-groups.ts'

export const useChosenHue = (name: string): CanvasColor | undefined =>
  useGateway((state) => state.endpoint_groups.find((group) => group.name === name)?.color)

export const useGroupHue = (name: string): CanvasColor => useChosenHue(name) ?? hueOf(name)
