/** Requests the models of a target, to test the connection and to list the models. */
import type { Transport } from '../transport/transport.ts'
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

/** @returns cancels the probe. */
export function probeTarget(
  transport: Transport,
  timer: EngineTimer,
  target: { readonly url: string; readonly key: string },
  onProbed: (result: ProbeResult) => void,
): () => void {
  const sentAtMs = timer.nowMs()
  let status = 0
  let body = ''
  return transport.call(modelsCall(target.url, target.key), {
    onHead: (responseStatus) => void (status = responseStatus),
    onText: (text) => void (body += text),
    onEnd: (atMs) => onProbed(toProbeResult(status, body, atMs - sentAtMs)),
    onError: (_code, error, atMs) =>
      onProbed({ ok: false, status: null, latencyMs: atMs - sentAtMs, models: [], error }),
  })
}
