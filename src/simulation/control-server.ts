// The control server of a simulated backend, on a separate port so that it works while the backend refuses connections.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { ZodError } from 'zod'
import type { Served } from './accounting.ts'
import type { Fault, FaultInput } from './faults/fault.ts'
import type { Settings } from './settings.ts'

export interface Controls {
  readonly settings: Settings
  /** Changes the given settings for later requests; throws a ZodError if one is invalid. */
  configure(patch: Partial<Settings>): void
  readonly fault: Fault | null
  /**
   * Replaces the current fault; null ends it. Resolves when the change is in force; rejects with a ZodError if the fault is
   * invalid.
   */
  setFault(fault: FaultInput | null): Promise<void>
  /** Opens the port again after a request has ended the server; does nothing while it lives. */
  revive(): Promise<void>
  /** Empties the prefix cache. */
  clearCache(): void
  served(): Served
  /** Resets the counts; requests still open are then never counted. */
  resetServed(): void
}

const servedJson = (served: Served) => ({
  ...served,
  last: served.last.map(({ body, ...request }) => ({ ...request, bodyBase64: body.toString('base64') })),
})

async function handle(controls: Controls, request: IncomingMessage): Promise<unknown> {
  switch (`${request.method} ${request.url}`) {
    case 'GET /control/served':
      return servedJson(controls.served())
    case 'DELETE /control/served':
      controls.resetServed()
      return { ok: true }
    case 'PUT /control/settings':
      controls.configure((await json(request)) as Partial<Settings>)
      return controls.settings
    case 'GET /control/settings':
      return controls.settings
    case 'PUT /control/fault':
      await controls.setFault((await json(request)) as FaultInput)
      return controls.fault
    case 'DELETE /control/fault':
      await controls.setFault(null)
      return controls.fault
    case 'GET /control/fault':
      return controls.fault
    case 'DELETE /control/cache':
      controls.clearCache()
      return { ok: true }
    case 'POST /control/revive':
      await controls.revive()
      return { ok: true }
    default:
      return undefined
  }
}

function respond(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`)
}

function respondWithError(response: ServerResponse, error: unknown): void {
  const isBadInput = error instanceof ZodError || error instanceof SyntaxError
  const issues = error instanceof ZodError ? error.issues : undefined
  const message = error instanceof Error ? error.message : String(error)
  respond(response, isBadInput ? 400 : 500, issues ? { error: 'bad value', issues } : { error: message })
}

/**
 * GET, DELETE /control/served; GET, PUT /control/settings; GET, PUT, DELETE /control/fault; DELETE /control/cache;
 * POST /control/revive. All JSON.
 */
export function createControlServer(controls: Controls): Server {
  return createServer((request, response) => {
    handle(controls, request).then(
      (result) => {
        if (result === undefined) respond(response, 404, { error: 'no such control' })
        else respond(response, 200, result)
      },
      (error: unknown) => respondWithError(response, error),
    )
  })
}
