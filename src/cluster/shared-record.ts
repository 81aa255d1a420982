// What one worker learns and all must know at once. The primary applies each record and passes it on to the other workers.
import type { CountedTokens } from '../core/pins/object-pins.ts'

interface PinRecordKey {
  readonly blockId: number
  readonly objectId: string
}

/** The tables of sums, in the order in which a worker creates them, which is the same in all. */
type SumTable = number

export type SharedRecord =
  | {
      readonly type: 'sums'
      readonly table: SumTable
      readonly amounts: readonly (readonly [number, number])[]
    }
  | { readonly type: 'suspect' | 'poison' | 'no poison' | 'no break'; readonly digest: string }
  | { readonly type: 'break'; readonly digest: string; readonly endpointId: number }
  | { readonly type: 'pin'; readonly key: PinRecordKey; readonly endpointId: number }
  | { readonly type: 'unpin' | 'usage taken'; readonly key: PinRecordKey }
  | { readonly type: 'usage awaited'; readonly key: PinRecordKey; readonly counted: CountedTokens }
  | { readonly type: 'cached'; readonly key: string; readonly contentType: string; readonly base64: string }
  | { readonly type: 'lacks model'; readonly endpointId: number; readonly model: string }
  | { readonly type: 'lacks route' | 'has route'; readonly endpointId: number; readonly path: string }
  | { readonly type: 'prompt'; readonly endpointId: number; readonly blocks: string }
