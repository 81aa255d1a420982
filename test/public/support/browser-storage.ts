/** Reads what the Load Producer has stored in the browser. */
import type { Page } from 'playwright-core'

/** @returns IndexedDB of the page, localStorage and sessionStorage as JSON. A write is visible here once it is committed. */
export const readStorage = (page: Page): Promise<string> =>
  page.evaluate(async () => {
    const open = indexedDB.open('load-producer')
    await new Promise((resolve) => (open.onsuccess = resolve))
    const stores = [...open.result.objectStoreNames].map(async (store) => {
      const read = open.result.transaction(store).objectStore(store).getAll()
      await new Promise((resolve) => (read.onsuccess = resolve))
      return read.result as unknown[]
    })
    const all = await Promise.all(stores)
    open.result.close()
    return JSON.stringify([all, { ...localStorage }, { ...sessionStorage }])
  })
