import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createAuditLog } from '../../src/observability/audit-log.ts'
import { censorSecrets } from '../../src/observability/censor-secrets.ts'
import { createLogDestination } from '../../src/observability/log-destination.ts'
import { createLogger } from '../../src/observability/logger.ts'
import { createRequestLog, type RequestLine } from '../../src/observability/request-log.ts'

const NOON = Date.UTC(2026, 0, 2, 12)

function createLogging(level = 'info') {
  const folder = mkdtempSync(join(tmpdir(), 'logger-'))
  const path = join(folder, 'log')
  const destination = createLogDestination({ target: path })
  onTestFinished(async () => {
    await destination.close()
    rmSync(folder, { recursive: true })
  })
  const logger = createLogger({ level, destination, now: () => NOON })
  const logRequest = createRequestLog({ logger, destination, now: () => NOON })
  const read = async (): Promise<Record<string, unknown>[]> => {
    await destination.flush()
    const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1)
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  }
  return { logger, logRequest, read }
}

const requestLine: RequestLine = {
  requestId: 'req-1',
  method: 'POST',
  route: '/v1/chat/completions',
  block: 'Default',
  endpoint: 'alpha',
  model: 'llama',
  status: 200,
  outcome: 'success',
  attempts: 1,
  stream: true,
  promptTokens: 10,
  completionTokens: 0,
  latencyMs: 1234.5678,
  ttftMs: 56.04,
  clientTokenId: 3,
}

describe('the logger', () => {
  it('writes level as a word and time in ISO 8601, without process and host', async () => {
    const { logger, read } = createLogging()
    logger.warn({ endpoint: 'alpha' }, 'set aside')
    expect(await read()).toEqual([
      { level: 'warn', time: '2026-01-02T12:00:00.000Z', endpoint: 'alpha', msg: 'set aside' },
    ])
  })

  it('leaves out what is below its level', async () => {
    const { logger, logRequest, read } = createLogging('warn')
    logger.info('quiet')
    logRequest(requestLine)
    logger.error('loud')
    expect(await read()).toMatchObject([{ msg: 'loud' }])
  })

  it('redacts secrets in objects, errors and their causes', async () => {
    const { logger, read } = createLogging()
    logger.info({ headers: { Authorization: 'Bearer hunter2', accept: '*/*' } }, 'one')
    logger.warn(
      { err: new AggregateError([new Error('inner', { cause: { 'x-admin-token': 'hunter2' } })]) },
      'two',
    )
    logger.error(Object.assign(new Error('broke'), { config: { headers: [{ cookie: 'hunter2' }] } }))
    const lines = await read()
    expect(JSON.stringify(lines)).not.toContain('hunter2')
    expect(lines).toMatchObject([
      { headers: { Authorization: '[redacted]', accept: '*/*' } },
      { err: { errors: [{ message: 'inner', cause: { 'x-admin-token': '[redacted]' } }] }, msg: 'two' },
      { err: { type: 'Error', message: 'broke' }, msg: 'broke' },
    ])
    expect((lines[2]?.['err'] as { stack: string }).stack).toContain('logger.test')
  })
})

describe('the censor', () => {
  it.each([
    'authorization',
    'Proxy-Authorization',
    'api_key',
    'apiKey',
    'token',
    'clientTokens',
    'set-cookie',
    'password',
  ])('replaces %s', (name) => {
    expect(censorSecrets({ [name]: 'hunter2' })).toEqual({ [name]: '[redacted]' })
    expect(censorSecrets({ [name]: ['hunter2'] })).toEqual({ [name]: '[redacted]' })
  })

  it('leaves counts, previews and flags', () => {
    const harmless = {
      prompt_tokens: 3,
      api_key: null,
      has_api_key: true,
      api_key_preview: 'sk***',
      object_type: 'token',
      client_token_id: 4,
    }
    expect(censorSecrets(harmless)).toEqual(harmless)
  })

  it('lets no secret through at any depth, and ends on circles', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('list', 'inner', 'error'), { maxLength: 12 }), (path) => {
        const nested = path.reduce<object>(
          (inner, kind) =>
            kind === 'list'
              ? [inner]
              : kind === 'error'
                ? Object.assign(new Error('e'), { inner })
                : { inner },
          { api_key: 'hunter2' },
        )
        expect(JSON.stringify(censorSecrets({ nested }))).not.toContain('hunter2')
      }),
    )
    const circle: Record<string, unknown> = {}
    circle['self'] = circle
    expect(JSON.stringify(censorSecrets(circle))).toContain('[too deep]')
  })

  it('does not change what it is given', () => {
    const given = { token: 'hunter2', inner: { token: 'hunter2' } }
    censorSecrets(given)
    expect(given).toEqual({ token: 'hunter2', inner: { token: 'hunter2' } })
  })
})

describe('the request log', () => {
  it('writes one flat line a request', async () => {
    const { logRequest, read } = createLogging()
    logRequest(requestLine)
    expect(await read()).toEqual([
      {
        level: 'info',
        time: '2026-01-02T12:00:00.000Z',
        msg: 'request',
        request_id: 'req-1',
        method: 'POST',
        route: '/v1/chat/completions',
        block: 'Default',
        endpoint: 'alpha',
        model: 'llama',
        status: 200,
        outcome: 'success',
        attempts: 1,
        stream: true,
        prompt_tokens: 10,
        completion_tokens: 0,
        latency_ms: 1234.6,
        ttft_ms: 56,
        client_token_id: 3,
      },
    ])
  })

  it('leaves out what is absent', async () => {
    const { logRequest, read } = createLogging()
    const absent = { endpoint: undefined, model: undefined, promptTokens: undefined, ttftMs: undefined }
    logRequest({ ...requestLine, ...absent, status: 503, errorCode: 'LB_ERR_NO_ENDPOINT' })
    const [line = {}] = await read()
    for (const name of ['endpoint', 'model', 'prompt_tokens', 'ttft_ms'])
      expect(line).not.toHaveProperty(name)
    expect(line).toMatchObject({ status: 503, error_code: 'LB_ERR_NO_ENDPOINT' })
  })

  it('stays one short line for any model name', async () => {
    const { logRequest, read } = createLogging()
    const hostile = `"}\n{"msg":"forged"${'\ud800'.repeat(500)}`
    logRequest({ ...requestLine, model: hostile })
    const lines = await read()
    expect(lines).toHaveLength(1)
    expect(lines[0]?.['msg']).toBe('request')
    expect(lines[0]?.['model']).toHaveLength(128)
  })

  it('writes times to a tenth of a millisecond', async () => {
    const { logRequest, read } = createLogging()
    const times = [0, 0.04, 0.05, 0.96, 9.99, 10, 56.02, 1234.5678, 86_400_000.26]
    for (const latencyMs of times) logRequest({ ...requestLine, latencyMs })
    const told = (await read()).map((line) => line['latency_ms'])
    expect(told).toEqual(times.map((ms) => Math.round(ms * 10) / 10))
  })

  it('writes only the named members', async () => {
    const { logRequest, read } = createLogging()
    const withMore = { ...requestLine, prompt: 'hunter2', authorization: 'hunter2' }
    logRequest(withMore)
    expect(JSON.stringify(await read())).not.toContain('hunter2')
  })
})

describe('the audit log', () => {
  it('writes the facts of the audit row, and no secret that was left in them', async () => {
    const { logger, read } = createLogging()
    const entry = {
      at: '2026-01-02T11:59:59.000Z',
      request_id: 'req-1',
      actor: '0123456789ab',
      action: 'endpoint.update',
      object_type: 'endpoint',
      object_id: '7',
      before: { token_quota_percent: 10, api_key: 'hunter2' },
      after: { token_quota_percent: 20, api_key: 'hunter3' },
    }
    createAuditLog(logger).record(entry)
    expect(await read()).toEqual([
      {
        level: 'info',
        time: '2026-01-02T12:00:00.000Z',
        ...entry,
        before: { token_quota_percent: 10, api_key: '[redacted]' },
        after: { token_quota_percent: 20, api_key: '[redacted]' },
        msg: 'audit',
      },
    ])
  })
})
