/** IndexedDB of the page: saved runs, profiles, model configurations and the current cards. Stores no keys. */

const NAME = 'load-producer'
const VERSION = 1
const stores = ['runs', 'profiles', 'cards', 'page'] as const
type StoreName = (typeof stores)[number]

export interface Database {
  /** @returns all values of a store. They are not validated; the caller must check them. */
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

/** The database is opened on first use. Calls reject when storage is full or forbidden. */
export function createDatabase(): Database {
  let opened: Promise<IDBDatabase> | undefined
  const withStore = async <Value>(
    name: StoreName,
    mode: IDBTransactionMode,
    act: (store: IDBObjectStore) => IDBRequest<Value>,
  ): Promise<Value> => {
    const database = await (opened ??= open())
    return requestToPromise(act(database.transaction(name, mode).objectStore(name)))
  }
  return {
    readAll: (store) => withStore<unknown[]>(store, 'readonly', (objects) => objects.getAll()),
    write: async (store, id, value) =>
      void (await withStore(store, 'readwrite', (objects) => objects.put(value, id))),
    remove: async (store, id) => void (await withStore(store, 'readwrite', (objects) => objects.delete(id))),
  }
}
