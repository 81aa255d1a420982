/** Measures the tasks and the frames of the main thread of a page. */
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

interface MainThread {
  /** In milliseconds of CPU time, the longest first. */
  readonly tasks: readonly number[]
  /** How many frames it has drawn; what the compositor animates by itself needs none. */
  readonly frames: number
}

/** @returns what the main thread does while `act` runs. */
export async function traceMainThread(cdp: CDPSession, act: () => Promise<unknown>): Promise<MainThread> {
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
  const threads = new Map<string, { tasks: number[]; frames: number }>()
  const main = new Set(
    events
      .filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid}/${tid}`),
  )
  for (const { name, ph, dur = 0, tdur = dur, pid, tid } of events) {
    const thread = `${pid}/${tid}`
    if (ph !== 'X' || !main.has(thread)) continue
    const seen = threads.get(thread) ?? { tasks: [], frames: 0 }
    threads.set(thread, seen)
    if (name === 'ThreadControllerImpl::RunTask') seen.tasks.push(tdur / 1000)
    if (name === 'Layerize') seen.frames += 1
  }
  const sum = (tasks: readonly number[]) => tasks.reduce((total, task) => total + task, 0)
  const [busiest] = [...threads.values()].sort((left, right) => sum(right.tasks) - sum(left.tasks))
  const { tasks, frames } = busiest ?? { tasks: [], frames: 0 }
  return { tasks: tasks.sort((left, right) => right - left), frames }
}
