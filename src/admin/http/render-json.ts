// Writes a response with long lists as JSON in slices, between which other work goes on.
import { setImmediate } from 'node:timers/promises'

// A few milliseconds of work.
const ITEMS_PER_SLICE = 200

const isLong = (value: unknown): value is readonly unknown[] =>
  Array.isArray(value) && value.length > ITEMS_PER_SLICE

const asIs = (item: unknown): unknown => item

/** @returns the JSON of a list in UTF-8, in pieces. @param view - of an item; default: the item itself. */
export async function renderJsonList<Item>(
  items: readonly Item[],
  view: (item: Item) => unknown = asIs,
): Promise<Buffer[]> {
  const slices: Buffer[] = []
  for (let start = 0; start < items.length; start += ITEMS_PER_SLICE) {
    if (start > 0) await setImmediate()
    const views = items.slice(start, start + ITEMS_PER_SLICE).map(view)
    slices.push(Buffer.from(`${start === 0 ? '' : ','}${JSON.stringify(views).slice(1, -1)}`))
  }
  return [Buffer.from('['), ...slices, Buffer.from(']')]
}

/** @returns the JSON of a list, or of an object with lists, in UTF-8; undefined where nothing in it is long. */
export async function renderLongJson(value: unknown): Promise<Buffer | undefined> {
  if (isLong(value)) return Buffer.concat(await renderJsonList(value))
  if (typeof value !== 'object' || value === null || !Object.values(value).some(isLong)) return undefined
  const slices: Buffer[] = []
  for (const [name, member] of Object.entries(value)) {
    const json: Buffer[] = isLong(member)
      ? await renderJsonList(member)
      : [Buffer.from(JSON.stringify(member) ?? '')]
    // As JSON.stringify leaves it out.
    if (member === undefined) continue
    slices.push(Buffer.from(`${slices.length === 0 ? '{' : ','}${JSON.stringify(name)}:`), ...json)
  }
  slices.push(Buffer.from('}'))
  return Buffer.concat(slices)
}
