// Reads an endpoint's settings out of a request.
import type { EndpointPatch } from '../../contract/endpoint.ts'
import type { EndpointValues } from '../../store/store.ts'

/** @returns the URL as browsers normalise it, without trailing slashes. */
function normaliseBaseUrl(text: string): string {
  const { origin, pathname } = new URL(text)
  return `${origin}${pathname}`.replace(/\/+$/, '')
}

/** What a new endpoint is where the request does not say. */
export const newEndpoint = (timeoutS: number): EndpointValues => ({
  name: '',
  baseUrl: '',
  apiKey: '',
  timeoutS,
  verifyTls: true,
  enabled: true,
  quotaPercent: 0,
  priorityOrder: 10,
  maxConcurrent: 0,
  requestStreamUsage: true,
  healthCheckPath: null,
  healthCheckIntervalS: 10,
  healthCheckTimeoutS: 3,
  posX: 500,
  posY: 200,
})

/** @param base - holds what the request leaves out. */
export const endpointValues = (body: EndpointPatch, base: EndpointValues): EndpointValues => ({
  name: body.name ?? base.name,
  baseUrl: body.base_url === undefined ? base.baseUrl : normaliseBaseUrl(body.base_url),
  apiKey: body.api_key ?? base.apiKey,
  timeoutS: body.timeout_seconds ?? base.timeoutS,
  verifyTls: body.verify_tls ?? base.verifyTls,
  enabled: body.enabled ?? base.enabled,
  quotaPercent: body.token_quota_percent ?? base.quotaPercent,
  priorityOrder: body.priority_order ?? base.priorityOrder,
  maxConcurrent: body.max_concurrent ?? base.maxConcurrent,
  requestStreamUsage: body.request_stream_usage ?? base.requestStreamUsage,
  healthCheckPath:
    body.health_check_path === undefined ? base.healthCheckPath : body.health_check_path || null,
  healthCheckIntervalS: body.health_check_interval_seconds ?? base.healthCheckIntervalS,
  healthCheckTimeoutS: body.health_check_timeout_seconds ?? base.healthCheckTimeoutS,
  posX: body.pos_x ?? base.posX,
  posY: body.pos_y ?? base.posY,
})
