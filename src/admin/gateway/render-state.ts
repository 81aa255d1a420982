// Writes the state as JSON in slices, between which other work goes on: that of 20,000 client tokens takes a tenth of a second.
import { setImmediate } from 'node:timers/promises'
import type { StateView } from '../../contract/gateway.ts'
import type { AdminContext } from '../http/admin-context.ts'
import { stateParts } from './state-view.ts'

export interface RenderedState {
  readonly etag: string
  /** JSON in UTF-8. */
  readonly body: Buffer
}

// A few milliseconds of work.
const ITEMS_PER_SLICE = 200

const membersOf = (object: Partial<StateView>): string => JSON.stringify(object).slice(1, -1)

async function renderList<Item>(
  name: string,
  items: readonly Item[],
  view: (item: Item) => object,
): Promise<Buffer[]> {
  const slices = [Buffer.from(`,"${name}":[`)]
  for (let start = 0; start < items.length; start += ITEMS_PER_SLICE) {
    if (start > 0) await setImmediate()
    const views = items.slice(start, start + ITEMS_PER_SLICE).map((item) => JSON.stringify(view(item)))
    slices.push(Buffer.from(`${start === 0 ? '' : ','}${views.join()}`))
  }
  slices.push(Buffer.from(']'))
  return slices
}

/** Of the configuration in force at the call; figures may be those of the moments after it. */
export async function renderState(
  context: Pick<AdminContext, 'state' | 'clock' | 'version'>,
): Promise<RenderedState> {
  const { snapshot, head, endpoint, block, wire, token, tail } = stateParts(context)
  const lists = [
    await renderList('endpoints', snapshot.endpoints, endpoint),
    await renderList('incoming_blocks', snapshot.blocks, block),
    await renderList('wires', snapshot.wires, wire),
    await renderList('client_tokens', snapshot.tokens, token),
  ]
  // After the lists, whose objects know their etags by now.
  const { etag, ...others } = head()
  const body = Buffer.concat([
    Buffer.from(`{${membersOf({ etag, ...others })}`),
    ...lists.flat(),
    Buffer.from(`,${membersOf(tail())}}`),
  ])
  return { etag, body }
}
