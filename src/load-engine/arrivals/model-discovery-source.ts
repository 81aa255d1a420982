/** Delays a run whose scenario names no model until the target has listed its models; the run then uses the first one. */
import type { Transport } from '../transport/transport.ts'
import type { EngineTimer } from '../platform/engine-timer.ts'
import type { Fault } from '../model/field-schemas.ts'
import type { JobSource } from './job-source.ts'
import { probeTarget } from '../requests/probe-target.ts'
import type { Scenario } from '../model/scenario.ts'

interface ModelDiscoveryParts {
  readonly transport: Transport
  readonly timer: EngineTimer
  readonly onModel: (model: string) => void
  /** Called when the target lists no model. */
  readonly onRefused: (fault: Fault) => void
}

export function createModelDiscoverySource(
  source: JobSource,
  { model, url, key }: Scenario,
  { transport, timer, onModel, onRefused }: ModelDiscoveryParts,
): JobSource {
  if (model !== '') return source
  let isModelKnown = false
  let cancelProbe: (() => void) | undefined
  let edited: Scenario | undefined

  const discoverModel = (): void => {
    if (cancelProbe !== undefined) return
    cancelProbe = probeTarget(transport, timer, { url, key }, ({ models: [first], error }) => {
      const reason = error === '' ? '' : `: ${error}`
      if (first === undefined)
        return onRefused({ path: 'model', message: `is empty, and the target lists none${reason}` })
      isModelKnown = true
      onModel(first)
      source.start()
      if (edited) source.update(edited)
    })
  }
  return {
    ...source,
    start: discoverModel,
    nextJob: () => (isModelKnown ? source.nextJob() : undefined),
    expire: () => (isModelKnown ? source.expire() : discoverModel()),
    isExhausted: () => isModelKnown && source.isExhausted(),
    update(next) {
      edited = next
      if (isModelKnown) source.update(next)
    },
    stop() {
      cancelProbe?.()
      return source.stop()
    },
  }
}
