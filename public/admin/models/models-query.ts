/** The request for what is known of endpoints and wires without the models themselves. All who use it share one. */
import type { ModelsView } from '../../../src/contract/models/models.ts'
import type { CallAdmin } from '../api/call-admin.ts'
import { wireKey, wireOf } from '../state/node-ref.ts'

export const summariesQuery = (call: CallAdmin) => ({
  queryKey: ['models', 'endpoints'],
  queryFn: () => call<ModelsView>('GET', '/models?limit=0'),
})

/** The keys of the wires that no request can take. */
export const unusableOf = ({ unusable_wires }: ModelsView): readonly string[] =>
  unusable_wires.map((wire) => wireKey(wireOf(wire)))
