/** The browser's own database: saved runs, profiles, model configurations and the cards as they stand. No keys. */

const NAME = 'load-producer'
const VERSION = 1
const stores = ['runs', 'profiles', 'cards', 'page'] as const
type StoreName = (typeof stores)[number]

export interface Database {
  /** Everything in a store, as it was written: to be checked by who reads it. */
  readAll(store: StoreName): Promise<unknown[]>
  write(store: StoreName, id: string, value: unknown): Promise<void>
  remove(store: StoreName, id: string): Promise<void>
}

const requestToPromise = <Value>(request: IDBRequest<Value>): Promise<Value> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('The database of this browser failed'))
  })

function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(NAME, VERSION)
  request.onupgradeneeded = () => {
    for (const store of stores) request.result.createObjectStore(store)
  }
  return requestToPromise(request)
}

/** Opened when first used. Calls reject where the browser has no room or forbids it. */
export function createDatabase(): Database {
  let opened: Promise<IDBDatabase> | undefined
  const withStore = async <Value>(
    name: StoreName,
    mode: IDBTransactionMode,
    work: (store: IDBObjectStore) => IDBRequest<Value>,
  ): Promise<Value> => {
    const database = await (opened ??= open())
    return requestToPromise(work(database.transaction(name, mode).objectStore(name)))
  }
  return {
    readAll: (store) => withStore<unknown[]>(store, 'readonly', (objects) => objects.getAll()),
    write: async (store, id, value) => void (await withStore(store, 'readwrite', (o) => o.put(value, id))),
    remove: async (store, id) => void (await withStore(store, 'readwrite', (o) => o.delete(id))),
  }
}
