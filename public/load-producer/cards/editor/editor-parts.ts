/** Assigns the fields of a scenario to the parts of the editor. */
import type { Scenario } from '../../../../src/load-engine/model/scenario.ts'

export const editorParts = [
  { id: 'target', label: 'Target', fields: ['name', 'url', 'call', 'key', 'model'] },
  {
    id: 'prompt',
    label: 'Prompt',
    fields: [
      'systemPrompt',
      'userPrompt',
      'workload',
      'maxTokens',
      'temperature',
      'priority',
      'stream',
      'seed',
      'batchMarker',
    ],
  },
  { id: 'load', label: 'Load', fields: ['requests', 'maxParallel', 'arrival'] },
  { id: 'limits', label: 'Limits & SLO', fields: ['timeoutS', 'slo'] },
] as const satisfies readonly { id: string; label: string; fields: readonly (keyof Scenario)[] }[]

export type EditorPart = (typeof editorParts)[number]['id']

/** @param path - the path of a fault, such as `arrival.ratePerS`. */
export function partOf(path: string): EditorPart {
  const [field] = path.split('.')
  return editorParts.find(({ fields }) => fields.some((one) => one === field))?.id ?? 'target'
}
