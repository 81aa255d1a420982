/** Loads the shown window of the history and the one that it is compared with, again while it lasts until now. */
import { useQuery } from '@tanstack/react-query'
import type { HistoryRangeView } from '../../../src/contract/traffic/history.ts'
import { useDebounced } from '../../ui/browser/use-debounced.ts'
import { usePage } from '../state/page/page.tsx'
import { historyQuery, otherWindow, shownWindow, type HistoryChoice } from './history-windows.ts'

const REFRESH_MS = 10_000
const TYPING_PAUSE_MS = 250

export interface ComparedHistory {
  readonly shown: HistoryRangeView
  readonly other: HistoryRangeView | undefined
}

export function useHistory(choice: HistoryChoice) {
  const { call } = usePage()
  const settled = useDebounced(choice, TYPING_PAUSE_MS)
  return useQuery({
    queryKey: ['history', settled],
    async queryFn(): Promise<ComparedHistory> {
      const nowMs = Date.now()
      const read = (query: string) => call<HistoryRangeView>('GET', `/history/range?${query}`)
      const shown = await read(historyQuery(shownWindow(settled, nowMs), settled.object))
      const window = otherWindow(settled, nowMs)
      // In the same steps, so that both can be drawn over each other.
      const other = window && (await read(historyQuery(window, settled.object, shown.step_seconds)))
      return { shown, other }
    },
    refetchInterval: settled.until === '' ? REFRESH_MS : false,
    placeholderData: (before) => before,
  })
}
