/** The notices of this page, in memory only: they contain names. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import { addNotices, NO_NOTICES, type NewNotice, type Notice, type Notices } from './notice.ts'

export interface NoticeStore {
  readonly store: StoreApi<Notices>
  add(notices: readonly NewNotice[]): void
  markRead(): void
  /** @returns a function that ends it. */
  onAdded(listener: (added: readonly Notice[]) => void): () => void
}

export function createNoticeStore(): NoticeStore {
  const store = createStore<Notices>(() => NO_NOTICES)
  return {
    store,
    add(notices) {
      if (notices.length > 0) store.setState((before) => addNotices(before, notices, Date.now()))
    },
    markRead: () => store.setState({ unread: 0 }),
    onAdded: (listener) =>
      store.subscribe(({ list, lastId }, before) => {
        if (lastId > before.lastId) listener(list.filter(({ id }) => id > before.lastId))
      }),
  }
}
