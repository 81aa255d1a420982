import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, expectTypeOf, it, onTestFinished } from 'vitest'
import { isConfigError } from '../../src/config/config-error.ts'
import { environmentTable, type Config } from '../../src/config/environment-table.ts'
import { readConfig } from '../../src/config/read-config.ts'

function messageOf(environment: NodeJS.ProcessEnv): string {
  try {
    readConfig(environment)
  } catch (error) {
    expect(isConfigError(error)).toBe(true)
    return (error as Error).message
  }
  throw new Error('the environment was accepted')
}

function fileWith(content: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'read-config-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'value')
  writeFileSync(path, content)
  return path
}

describe('the configuration of an empty environment', () => {
  it('has the documented defaults', () => {
    expect(readConfig({})).toEqual({
      adminToken: undefined,
      clientTokens: [],
      allowAnonymous: false,
      databasePath: './data/load_balancer.db',
      host: '0.0.0.0',
      port: 8090,
      workers: 1,
      logLevel: 'info',
      failThreshold: 3,
      cooldownS: 20,
      failoverAttempts: 2,
      modelsRefreshS: 60,
      loadIntervalS: 1,
      prefixIndexMiB: 64,
      prefixCacheTokens: 500_000,
      routeHeader: false,
      unknownModels: 'any',
      translatesMessages: true,
      servesFiles: false,
      passUnknownRoutes: false,
      queueMax: 1000,
      queueTimeoutS: 10,
      sseKeepaliveS: 0,
      defaultTimeoutS: 120,
      totalTimeoutS: 300,
      clientStallS: 60,
      drainTimeoutS: 30,
      maxConnections: 500,
      maxKeepAlive: 200,
      maxUploadBytes: 268_435_456,
      maxRequestBodyBytes: 10_485_760,
      maxObjectPins: 200_000,
      objectPinDays: 30,
      cacheMaxEntries: 5000,
      cacheMaxBytes: 67_108_864,
      cacheTtlS: 300,
      adminRateLimitRpm: 300,
      adminSessionS: 43_200,
      trustedProxies: [],
      forwardHeaders: [],
      auditDays: 365,
      hedge: true,
      metricsToken: undefined,
      corsOrigins: '*',
    })
  })

  it('is typed by the table', () => {
    expectTypeOf<Config['port']>().toEqualTypeOf<number>()
    expectTypeOf<Config['adminToken']>().toEqualTypeOf<string | undefined>()
    expectTypeOf<Config['clientTokens']>().toEqualTypeOf<readonly string[]>()
    expectTypeOf<Config['corsOrigins']>().toEqualTypeOf<'*' | readonly string[]>()
    expectTypeOf<Config['allowAnonymous']>().toEqualTypeOf<boolean>()
  })

  it('cannot be changed, lists included', () => {
    const config = readConfig({})
    expect(Object.isFrozen(config)).toBe(true)
    expect(Object.isFrozen(config.clientTokens)).toBe(true)
    expect(Object.isFrozen(readConfig({ LB_CLIENT_TOKENS: 'a,b' }).clientTokens)).toBe(true)
    expect(Object.isFrozen(readConfig({ LB_CORS_ORIGINS: 'http://a' }).corsOrigins)).toBe(true)
  })

  it('accepts every default written out', () => {
    for (const variable of environmentTable) {
      if (variable.default === undefined || typeof variable.default === 'object') continue
      const environment = { [variable.name]: String(variable.default) }
      expect(readConfig(environment)).toEqual(readConfig({}))
    }
  })
})

describe('a value', () => {
  it.each([
    ['LB_PORT', '20.0', { port: 20 }],
    ['LB_PORT', '0', { port: 0 }],
    ['LB_PORT', ' 8091 ', { port: 8091 }],
    ['LB_FAIL_THRESHOLD', '+5.', { failThreshold: 5 }],
    ['LB_COOLDOWN_SECONDS', '0.5', { cooldownS: 0.5 }],
    ['LB_COOLDOWN_SECONDS', '.5', { cooldownS: 0.5 }],
    ['LB_DRAIN_TIMEOUT_SECONDS', '0', { drainTimeoutS: 0 }],
    ['LB_FAILOVER_ATTEMPTS', '0', { failoverAttempts: 0 }],
    ['LB_QUEUE_MAX', '0', { queueMax: 0 }],
    ['LB_WORKERS', '3', { workers: 3 }],
    ['LB_WORKERS', 'auto', { workers: availableParallelism() }],
    ['LB_QUEUE_TIMEOUT_SECONDS', '0.25', { queueTimeoutS: 0.25 }],
    ['LB_SSE_KEEPALIVE_SECONDS', '15', { sseKeepaliveS: 15 }],
    ['LB_LOG_LEVEL', 'WARNING', { logLevel: 'warn' }],
    ['LB_LOG_LEVEL', 'Critical', { logLevel: 'fatal' }],
    ['LB_LOG_LEVEL', 'Debug', { logLevel: 'debug' }],
    ['LB_LOG_LEVEL', 'trace', { logLevel: 'trace' }],
    ['LB_LOG_LEVEL', 'error', { logLevel: 'error' }],
    ['LB_ALLOW_ANONYMOUS', 'TRUE', { allowAnonymous: true }],
    ['LB_ALLOW_ANONYMOUS', 'on', { allowAnonymous: true }],
    ['LB_ALLOW_ANONYMOUS', '1', { allowAnonymous: true }],
    ['LB_ALLOW_ANONYMOUS', 'Yes', { allowAnonymous: true }],
    ['LB_ALLOW_ANONYMOUS', 'no', { allowAnonymous: false }],
    ['LB_ALLOW_ANONYMOUS', '0', { allowAnonymous: false }],
    ['LB_ALLOW_ANONYMOUS', 'Off', { allowAnonymous: false }],
    ['LB_CLIENT_TOKENS', 'one, two,,one', { clientTokens: ['one', 'two'] }],
    ['LB_ADMIN_TOKEN', 'secret', { adminToken: 'secret' }],
    ['LB_HOST', '::1', { host: '::1' }],
    ['LB_HOST', 'localhost', { host: 'localhost' }],
    ['LB_CORS_ORIGINS', '*', { corsOrigins: '*' }],
    ['LB_FORWARD_HEADERS', 'X-Tenant, x-b3', { forwardHeaders: ['x-tenant', 'x-b3'] }],
    [
      'LB_TRUSTED_PROXIES',
      '10.0.0.0/8, ::1,192.0.2.1',
      {
        trustedProxies: [
          { address: '10.0.0.0', prefix: 8 },
          { address: '::1', prefix: 128 },
          { address: '192.0.2.1', prefix: 32 },
        ],
      },
    ],
    [
      'LB_CORS_ORIGINS',
      'https://App.Example.com, http://localhost:3000,https://b:443',
      { corsOrigins: ['https://app.example.com', 'http://localhost:3000', 'https://b'] },
    ],
  ])('of %s may be written %j', (name, value, expected) => {
    expect(readConfig({ [name]: value })).toEqual({ ...readConfig({}), ...expected })
  })

  it('that is empty or blank counts as unset, whatever the variable', () => {
    for (const { name } of environmentTable) {
      const environment = { [name]: '', [`${name}_FILE`]: ' ' }
      expect(readConfig(environment)).toEqual(readConfig({}))
    }
  })
})

describe('a bad value', () => {
  it.each([
    ['LB_PORT', '99999', 'LB_PORT: "99999" is not valid; takes a whole number from 0 to 65535'],
    ['LB_PORT', '-1', 'LB_PORT: "-1" is not valid; takes a whole number from 0 to 65535'],
    ['LB_PORT', '80.5', 'LB_PORT: "80.5" is not valid; takes a whole number from 0 to 65535'],
    ['LB_PORT', '0x50', 'LB_PORT: "0x50" is not valid; takes a whole number from 0 to 65535'],
    [
      'LB_COOLDOWN_SECONDS',
      'NaN',
      'LB_COOLDOWN_SECONDS: "NaN" is not valid; takes a number of seconds from 0.001 to 86400',
    ],
    [
      'LB_COOLDOWN_SECONDS',
      '0',
      'LB_COOLDOWN_SECONDS: "0" is not valid; takes a number of seconds from 0.001 to 86400',
    ],
    [
      'LB_TOTAL_TIMEOUT_SECONDS',
      'Infinity',
      'LB_TOTAL_TIMEOUT_SECONDS: "Infinity" is not valid; takes a number of seconds from 0.001 to 86400',
    ],
    [
      'LB_MAX_REQUEST_BODY_BYTES',
      '10 MB',
      'LB_MAX_REQUEST_BODY_BYTES: "10 MB" is not valid; takes a whole number of bytes from 1 to 268435456',
    ],
    [
      'LB_LOG_LEVEL',
      'loud',
      'LB_LOG_LEVEL: "loud" is not valid; takes DEBUG, INFO, WARNING, ERROR, CRITICAL, TRACE, WARN, FATAL or SILENT, in any case',
    ],
    [
      'LB_LOG_LEVEL',
      'constructor',
      'LB_LOG_LEVEL: "constructor" is not valid; takes DEBUG, INFO, WARNING, ERROR, CRITICAL, TRACE, WARN, FATAL or SILENT, in any case',
    ],
    [
      'LB_ALLOW_ANONYMOUS',
      'maybe',
      'LB_ALLOW_ANONYMOUS: "maybe" is not valid; takes true, false, 1, 0, yes, no, on or off',
    ],
    ['LB_HOST', 'a b', 'LB_HOST: "a b" is not valid; takes an IP address or a host name'],
    ['LB_HOST', '256.1.1.1', 'LB_HOST: "256.1.1.1" is not valid; takes an IP address or a host name'],
    ...['proxy.example', '10.0.0.0/33', '10.0.0.0/', '::/129', '1.2.3', '10.0.0.0/8/8'].map((value) => [
      'LB_TRUSTED_PROXIES',
      value,
      `LB_TRUSTED_PROXIES: "${value}" is not valid; takes a comma-separated list of IP addresses and ranges such as 10.0.0.0/8`,
    ]),
    ...['x-a: 1', 'x-a, X-API-Key', 'authorization', 'cookie', 'x-a,connection', 'proxy-authorization'].map(
      (value) => [
        'LB_FORWARD_HEADERS',
        value,
        `LB_FORWARD_HEADERS: "${value}" is not valid; takes a comma-separated list of names of header fields such as x-tenant-id, without credentials such as x-api-key and fields of the connection`,
      ],
    ),
    ...['https://a.example/path', 'ftp://a', '*,https://a', 'null', 'https://a@b', ','].map((value) => [
      'LB_CORS_ORIGINS',
      value,
      `LB_CORS_ORIGINS: "${value}" is not valid; takes * or a comma-separated list of origins such as https://app.example.com`,
    ]),
  ])('of %s, %j, is told in one line', (name, value, message) => {
    expect(messageOf({ [name]: value })).toBe(message)
  })

  it('of a secret is not shown', () => {
    expect(messageOf({ LB_ADMIN_TOKEN: 'has a space' })).toBe(
      'LB_ADMIN_TOKEN: its value (not shown) is not valid; takes 1 to 512 printable ASCII characters without spaces',
    )
    expect(messageOf({ LB_CLIENT_TOKENS: 'fine,not fine' })).toBe(
      'LB_CLIENT_TOKENS: its value (not shown) is not valid; takes a comma-separated list, each 1 to 512 printable ASCII characters without spaces',
    )
  })

  it('makes one short line', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...environmentTable.map(({ name }) => name)),
        fc.string({ unit: 'binary', maxLength: 300 }),
        (name, value) => {
          try {
            readConfig({ [name]: value })
          } catch (error) {
            expect(isConfigError(error)).toBe(true)
            expect((error as Error).message).not.toMatch(/[\n\r\u2028\u2029]/)
            expect((error as Error).message).toContain(name)
            expect((error as Error).message.length).toBeLessThan(900)
          }
        },
      ),
    )
  })
})

describe('NAME_FILE', () => {
  it('gives the value of any variable, without its trailing newline', () => {
    const environment = {
      LB_ADMIN_TOKEN_FILE: fileWith('from-a-file\n'),
      LB_PORT_FILE: fileWith('9000\r\n'),
    }
    expect(readConfig(environment)).toMatchObject({ adminToken: 'from-a-file', port: 9000 })
  })

  it('together with NAME is an error', () => {
    expect(messageOf({ LB_PORT: '1', LB_PORT_FILE: fileWith('2') })).toBe(
      'LB_PORT and LB_PORT_FILE are both set; set one of them',
    )
  })

  it('that cannot be read is an error', () => {
    expect(messageOf({ LB_PORT_FILE: '/nowhere/port' })).toBe(
      'LB_PORT_FILE: "/nowhere/port" cannot be read (ENOENT); takes the path of a readable file',
    )
    expect(messageOf({ LB_PORT_FILE: tmpdir() })).toContain('cannot be read (EISDIR)')
  })

  it('does not show the path of a secret, which may be the secret itself', () => {
    expect(messageOf({ LB_ADMIN_TOKEN_FILE: 'oops-the-token' })).toBe(
      'LB_ADMIN_TOKEN_FILE: its path (not shown) cannot be read (ENOENT); takes the path of a readable file',
    )
  })

  it('that is empty is an error and does not count as unset, which could open the proxy', () => {
    expect(messageOf({ LB_CLIENT_TOKENS_FILE: fileWith('\n') })).toBe(
      'LB_CLIENT_TOKENS_FILE: its path (not shown) is empty; takes the path of a file that holds the value',
    )
  })

  it('with a bad value names the variable and the value', () => {
    expect(messageOf({ LB_PORT_FILE: fileWith('http\n') })).toBe(
      'LB_PORT: "http" is not valid; takes a whole number from 0 to 65535',
    )
  })
})
