// Maps a long list while other work goes on.
import { setImmediate } from 'node:timers/promises'

// A few milliseconds of work for what a change or a configuration file does with one object.
const ITEMS_BETWEEN_YIELDS = 100

export async function mapInSlices<Item, Result>(
  items: readonly Item[],
  change: (item: Item) => Result,
): Promise<Result[]> {
  const results: Result[] = []
  for (const [index, item] of items.entries()) {
    results.push(change(item))
    if (index % ITEMS_BETWEEN_YIELDS === ITEMS_BETWEEN_YIELDS - 1) await setImmediate()
  }
  return results
}
