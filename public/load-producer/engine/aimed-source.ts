/** Holds a run back until it is known which model to ask for: where the scenario names none, the first that its target lists. */
import type { BridgeClient } from './bridge-client.ts'
import type { EngineTimer } from './engine-timer.ts'
import type { Fault } from './field-kinds.ts'
import type { JobSource } from './job-source.ts'
import { probeTarget } from './probe-target.ts'
import type { Scenario } from './scenario.ts'

interface AimParts {
  readonly bridge: BridgeClient
  readonly timer: EngineTimer
  readonly onModel: (model: string) => void
  /** There is none to be found. */
  readonly onRefused: (fault: Fault) => void
}

export function createAimedSource(
  source: JobSource,
  { model, url, key }: Scenario,
  { bridge, timer, onModel, onRefused }: AimParts,
): JobSource {
  if (model !== '') return source
  let isAimed = false
  let cancelProbe: (() => void) | undefined
  let edited: Scenario | undefined

  const look = (): void => {
    if (cancelProbe !== undefined || !bridge.isOpen()) return
    cancelProbe = probeTarget(bridge, timer, { url, key }, ({ models: [first], error }) => {
      const why = error === '' ? '' : `: ${error}`
      if (first === undefined)
        return onRefused({ path: 'model', message: `is empty, and the target lists none${why}` })
      isAimed = true
      onModel(first)
      source.start()
      if (edited) source.update(edited)
    })
  }
  return {
    ...source,
    start: look,
    take: () => (isAimed ? source.take() : undefined),
    expire: () => (isAimed ? source.expire() : look()),
    isExhausted: () => isAimed && source.isExhausted(),
    update(next) {
      edited = next
      if (isAimed) source.update(next)
    },
    stop() {
      cancelProbe?.()
      return source.stop()
    },
  }
}
