import { describe, expect, it } from 'vitest'
import { bridgeTable } from '../../src/config/bridge-table.ts'
import { readTable } from '../../src/config/read-config.ts'

const read = (environment: NodeJS.ProcessEnv) => readTable(bridgeTable, environment)

describe('the configuration of the bridge', () => {
  it('without an environment is the defaults', () => {
    expect(read({})).toEqual({
      host: '0.0.0.0',
      port: 8765,
      logLevel: 'info',
      balancer: 'load-balancer:8090',
      hostRewrites: undefined,
      allowedTargets: undefined,
      insecureTargets: [],
      allowedOrigins: [],
      publicHosts: [],
      token: undefined,
      maxConcurrent: 1000,
      requestTimeoutS: 300,
      drainTimeoutS: 10,
      dataPath: undefined,
    })
  })

  it.each([
    ['WS_BALANCER', 'LB.Example:8090', { balancer: 'lb.example:8090' }],
    ['WS_BALANCER', '[0:0::1]:80', { balancer: '[::1]:80' }],
    ['WS_ALLOWED_TARGETS', 'a:1, 127.1:443', { allowedTargets: ['a:1', '127.0.0.1:443'] }],
    ['WS_PUBLIC_HOSTS', 'LB.Example, b.example', { publicHosts: ['lb.example', 'b.example'] }],
    ['WS_HOST_REWRITES', 'none', { hostRewrites: new Map() }],
    [
      'WS_HOST_REWRITES',
      'localhost:8090=lb:80, [::1]:8090 = lb:80',
      {
        hostRewrites: new Map([
          ['localhost:8090', 'lb:80'],
          ['[::1]:8090', 'lb:80'],
        ]),
      },
    ],
    ['WS_ALLOWED_ORIGINS', 'https://a.example', { allowedOrigins: ['https://a.example'] }],
    ['WS_TOKEN', 'a-b.c~d', { token: 'a-b.c~d' }],
  ])('takes %s=%s', (name, value, expected) => {
    expect(read({ [name]: value })).toEqual({ ...read({}), ...expected })
  })

  it.each([
    [
      'WS_BALANCER',
      'host',
      'WS_BALANCER: "host" is not valid; takes host:port, such as load-balancer:8090 or [::1]:8000',
    ],
    ['WS_BALANCER', 'http://host:1', /^WS_BALANCER: /],
    ['WS_BALANCER', 'host:0', /^WS_BALANCER: /],
    ['WS_BALANCER', 'host:65536', /^WS_BALANCER: /],
    ['WS_BALANCER', 'user@host:1', /^WS_BALANCER: /],
    ['WS_ALLOWED_TARGETS', 'a:1,*', /takes a comma-separated list of host:port$/],
    ['WS_HOST_REWRITES', 'a:1', /^WS_HOST_REWRITES: /],
    ['WS_HOST_REWRITES', 'a:1=b', /^WS_HOST_REWRITES: /],
    ['WS_HOST_REWRITES', 'a:1=b:2=c:3', /^WS_HOST_REWRITES: /],
    ['WS_TOKEN', 'two words', /^WS_TOKEN: its value \(not shown\) is not valid; takes /],
  ])('refuses %s=%s in one line', (name, value, message) => {
    expect(() => read({ [name]: value })).toThrow(message)
  })
})
