// Builds the data plane from the parts of a process and the daemon's settings.
import { createHedgeBudget } from '../../core/limits/hedge-budget.ts'
import type { Logger } from 'pino'
import type { Config } from '../../config/environment-table.ts'
import { defaultBodyMemory } from '../../config/default-body-memory.ts'
import type { GatewayError } from '../../core/gateway-error.ts'
import type { HttpRequest } from '../../http/server/http-messages.ts'
import { createDataPlane, type DataPlane, type DataPlaneOptions } from '../../proxy/data-plane.ts'
import { loopRefusal } from '../../proxy/request/via.ts'
import { createCorsHeaders } from '../http/cors.ts'
import { requestIdOf } from '../http/create-server.ts'
import type { Drain } from '../http/drain.ts'
import { httpRefusal } from '../http/node-overrides.ts'
import { apiContentPolicy, securityHeaders } from '../http/response-headers.ts'

export type RefusalOf = (request: HttpRequest) => GatewayError | undefined

/** @returns a function that says why a request is refused, whichever part would serve it. */
export const createRefusal =
  (instanceId: string, drain: Drain): RefusalOf =>
  (request) =>
    httpRefusal(request) ?? loopRefusal(request, instanceId) ?? drain.refusal(request)

/** What a process has beside the settings. */
export type DataPlaneParts = Pick<
  DataPlaneOptions,
  | 'state'
  | 'catchUp'
  | 'clock'
  | 'admission'
  | 'pools'
  | 'poisonRequests'
  | 'breakingRequests'
  | 'upstreamHeaders'
  | 'modelCatalog'
  | 'missingRoutes'
  | 'loadSignals'
  | 'objectPins'
  | 'authenticate'
  | 'cache'
  | 'trafficShare'
  | 'bodyBudget'
  | 'readPrompt'
  | 'readSession'
  | 'metrics'
  | 'logRequest'
>

interface DataPlaneSettings {
  readonly config: Config
  readonly logger: Logger
  readonly version: string
  readonly drain: Drain
  readonly refusalOf: RefusalOf
  /** That serve clients, and share what all may take together. */
  readonly processes: number
}

/** @param processes - that share what is allowed. @returns the part of one of them. */
export const bodyMemoryOf = ({ maxBodyMemoryBytes }: Config, processes = 1): number =>
  Math.ceil((maxBodyMemoryBytes ?? defaultBodyMemory()) / processes)

export function buildDataPlane(
  parts: DataPlaneParts,
  { config, logger, version, drain, refusalOf, processes }: DataPlaneSettings,
): DataPlane {
  const fixed = Object.entries(securityHeaders(version)).flat()
  fixed.push('content-security-policy', apiContentPolicy)
  const corsHeaders = createCorsHeaders(config.corsOrigins)
  return createDataPlane({
    ...parts,
    requestIdOf,
    refusalOf,
    headersOf({ headers: { origin } }, requestId) {
      const headers = fixed.slice()
      headers.push('x-request-id', requestId, ...corsHeaders(origin))
      return headers
    },
    isDraining: drain.isDraining,
    onInternalError: (err, requestId) => logger.error({ request_id: requestId, err }, 'internal error'),
    // A body that is larger than the memory for all would never fit.
    maxBodyBytes: Math.min(config.maxRequestBodyBytes, bodyMemoryOf(config, processes)),
    maxUploadBytes: config.maxUploadBytes,
    translatesMessages: config.translatesMessages,
    servesFiles: config.servesFiles,
    failoverAttempts: config.failoverAttempts,
    failThreshold: config.failThreshold,
    hedgeBudget: config.hedge ? createHedgeBudget(parts.clock, processes) : undefined,
    logger,
    keepaliveMs: config.sseKeepaliveS * 1000,
    totalTimeoutMs: config.totalTimeoutS * 1000,
    stallMs: config.clientStallS * 1000,
  })
}
