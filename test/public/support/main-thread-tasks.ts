/** Traces what the main thread of a page is busy with. */
import type { CDPSession } from 'playwright-core'

interface TraceEvent {
  readonly name: string
  readonly ph: string
  readonly dur?: number
  /** Of the processor, which does not grow with what else the machine does. */
  readonly tdur?: number
  readonly pid: number
  readonly tid: number
  readonly args: { readonly name?: string }
}

/** Tasks of the page's main thread while `act` runs, in milliseconds of the processor, the longest first. */
export async function mainThreadTasks(cdp: CDPSession, act: () => Promise<unknown>): Promise<number[]> {
  const events: TraceEvent[] = []
  const collect = ({ value }: { value: object[] }) => void events.push(...(value as TraceEvent[]))
  cdp.on('Tracing.dataCollected', collect)

  const complete = new Promise((resolve) => cdp.once('Tracing.tracingComplete', resolve))
  await cdp.send('Tracing.start', {
    traceConfig: {
      includedCategories: ['toplevel', 'disabled-by-default-devtools.timeline', 'devtools.timeline'],
    },
    transferMode: 'ReportEvents',
  })
  await act()
  await cdp.send('Tracing.end')
  await complete
  cdp.off('Tracing.dataCollected', collect)
  const busiest = new Map<string, number[]>()
  const main = new Set(
    events
      .filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid}/${tid}`),
  )
  for (const { name, ph, dur = 0, tdur = dur, pid, tid } of events) {
    const thread = `${pid}/${tid}`
    if (ph !== 'X' || name !== 'ThreadControllerImpl::RunTask' || !main.has(thread)) continue
    busiest.set(thread, [...(busiest.get(thread) ?? []), tdur / 1000])
  }
  const sum = (tasks: readonly number[]) => tasks.reduce((total, task) => total + task, 0)
  const [tasks = []] = [...busiest.values()].sort((left, right) => sum(right) - sum(left))
  return tasks.sort((left, right) => right - left)
}
