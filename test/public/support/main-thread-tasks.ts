/** Measures the tasks of the main thread of a page. */
import type { CDPSession } from 'playwright-core'

interface TraceEvent {
  readonly name: string
  readonly ph: string
  readonly dur?: number
  /** CPU time in microseconds; unlike `dur` it does not depend on the load of the machine. */
  readonly tdur?: number
  readonly pid: number
  readonly tid: number
  readonly args: { readonly name?: string }
}

/** @returns the tasks of the main thread while `act` runs, in milliseconds of CPU time, the longest first. */
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
  const tasksByThread = new Map<string, number[]>()
  const main = new Set(
    events
      .filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid}/${tid}`),
  )
  for (const { name, ph, dur = 0, tdur = dur, pid, tid } of events) {
    const thread = `${pid}/${tid}`
    if (ph !== 'X' || name !== 'ThreadControllerImpl::RunTask' || !main.has(thread)) continue
    tasksByThread.set(thread, [...(tasksByThread.get(thread) ?? []), tdur / 1000])
  }
  const sum = (tasks: readonly number[]) => tasks.reduce((total, task) => total + task, 0)
  const [tasks = []] = [...tasksByThread.values()].sort((left, right) => sum(right) - sum(left))
  return tasks.sort((left, right) => right - left)
}
