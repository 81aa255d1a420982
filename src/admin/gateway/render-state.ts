// Writes the state as JSON in slices, between which other work goes on: that of 20,000 client tokens takes a tenth of a second.
import type { StateView } from '../../contract/gateway.ts'
import type { AdminContext } from '../http/admin-context.ts'
import { renderJsonList } from '../http/render-json.ts'
import { stateParts } from './state-view.ts'

export interface RenderedState {
  readonly etag: string
  /** JSON in UTF-8. */
  readonly body: Buffer
}

const membersOf = (object: Partial<StateView>): string => JSON.stringify(object).slice(1, -1)

const renderList = async <Item>(
  name: string,
  items: readonly Item[],
  view: (item: Item) => object,
): Promise<Buffer[]> => [Buffer.from(`,"${name}":`), ...(await renderJsonList(items, view))]

/** Of the configuration in force at the call; figures may be those of the moments after it. */
export async function renderState(
  context: Pick<AdminContext, 'state' | 'clock' | 'version'>,
): Promise<RenderedState> {
  const { snapshot, head, endpoint, block, wire, token, alias, note, group, tail } = stateParts(context)
  const lists = [
    await renderList('endpoints', snapshot.endpoints, endpoint),
    await renderList('incoming_blocks', snapshot.blocks, block),
    await renderList('wires', snapshot.wires, wire),
    await renderList('client_tokens', snapshot.tokens, token),
    await renderList('model_aliases', snapshot.aliases, alias),
    await renderList('canvas_notes', snapshot.notes, note),
    await renderList('endpoint_groups', snapshot.groupColors, group),
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
