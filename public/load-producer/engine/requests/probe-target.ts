/** Requests the models of a target through the bridge, to test the connection and to list the models. */
import type { BridgeClient } from '../bridge/bridge-client.ts'
import { modelsCall } from './make-call.ts'
import { errorDetailOfText } from './error-detail.ts'
import type { EngineTimer } from '../platform/engine-timer.ts'
import type { Report } from '../protocol/messages.ts'

type ProbeResult = Omit<Extract<Report, { type: 'probed' }>, 'type' | 'requestId'>

const MAX_MODELS = 500

function readModels(body: string): readonly string[] | undefined {
  try {
    const { data } = JSON.parse(body) as { data?: unknown }
    if (!Array.isArray(data)) return undefined
    return data
      .map((model: unknown) => (typeof model === 'object' && model && 'id' in model ? model.id : undefined))
      .filter((id) => typeof id === 'string')
      .slice(0, MAX_MODELS)
  } catch {
    return undefined
  }
}

function toProbeResult(status: number, body: string, latencyMs: number): ProbeResult {
  const models = readModels(body)
  if (status < 200 || status > 299) {
    return { ok: false, status, latencyMs, models: [], error: errorDetailOfText(body) || `Status ${status}` }
  }
  if (!models) return { ok: false, status, latencyMs, models: [], error: 'The answer is no list of models' }
  return { ok: true, status, latencyMs, models, error: '' }
}

/** The latency is the one that the bridge measured, or the engine where the bridge has none. @returns cancels the probe. */
export function probeTarget(
  bridge: BridgeClient,
  timer: EngineTimer,
  target: { readonly url: string; readonly key: string },
  onProbed: (result: ProbeResult) => void,
): () => void {
  const sentAtMs = timer.nowMs()
  return bridge.call(modelsCall(target.url, target.key), (event) => {
    if (event.type === 'response') {
      const latencyMs = event.sent_ms === null ? timer.nowMs() - sentAtMs : event.end_ms - event.sent_ms
      onProbed(toProbeResult(event.status, event.body, latencyMs))
    } else if (event.type === 'error') {
      onProbed({
        ok: false,
        status: null,
        latencyMs: timer.nowMs() - sentAtMs,
        models: [],
        error: event.error,
      })
    }
  })
}
