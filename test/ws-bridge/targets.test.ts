// The targets that calls may go to, whatever their names resolve to.
import { describe, expect, it, onTestFinished } from 'vitest'
import { isForbiddenAddress } from '../../src/ws-bridge/targets/forbidden-addresses.ts'
import { createTargetPolicy, type Lookup } from '../../src/ws-bridge/targets/target-policy.ts'
import { jsonResponse } from '../conformance/responses.ts'
import { startScriptedUpstream } from '../conformance/scripted-upstream.ts'
import { startBridge } from '../support/apps/running-bridge.ts'
import { canSignCertificates, startSelfSigned } from '../support/upstreams/self-signed-upstream.ts'

describe('an address', () => {
  it.each([
    '169.254.169.254',
    '169.254.0.1',
    'fe80::1',
    'fe80::1%eth0',
    'febf::1',
    'fd00:ec2::254',
    'fd20:ce::254',
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    '::169.254.169.254',
    '64:ff9b::169.254.169.254',
    '2002:a9fe:a9fe::1',
    '100.100.100.200',
    '168.63.129.16',
    '192.0.0.192',
    '::ffff:100.100.100.200',
    'no address',
    '',
  ])('%j is never sent to', (address) => {
    expect(isForbiddenAddress(address)).toBe(true)
  })

  it.each([
    '127.0.0.1',
    '::1',
    '10.0.0.5',
    '169.253.255.255',
    '169.255.0.0',
    'fec0::1',
    'fd00:ec2::253',
    '::ffff:10.0.0.5',
  ])('%s may be sent to where it is allowed', (address) => {
    expect(isForbiddenAddress(address)).toBe(false)
  })
})

/** Names are at these addresses. */
function lookupIn(names: Readonly<Record<string, readonly string[]>>): Lookup {
  return (hostname) => {
    const found = names[hostname]
    if (!found) return Promise.reject(Object.assign(new Error(hostname), { code: 'ENOTFOUND' }))
    return Promise.resolve(found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })))
  }
}

const names = {
  localhost: ['127.0.0.1', '::1'],
  'load-balancer': ['172.18.0.2'],
  'other-name': ['172.18.0.2'],
  'evil.test': ['172.18.0.2', '6.6.6.6'],
  'metadata.test': ['169.254.169.254'],
  'mixed.test': ['10.0.0.5', '169.254.169.254'],
  'gpu-1': ['10.0.0.5'],
}

describe('the policy', () => {
  const policy = (fields: Partial<Parameters<typeof createTargetPolicy>[0]> = {}) =>
    createTargetPolicy({
      balancer: 'load-balancer:8090',
      rewrites: new Map([['localhost:8090', 'load-balancer:8090']]),
      allowed: ['load-balancer:8090'],
      insecure: [],
      lookup: lookupIn(names),
      ...fields,
    })
  const resolve = (url: string, fields?: Parameters<typeof policy>[0]) => policy(fields)(new URL(url))
  const refused = expect.objectContaining({ code: 'refused_target' }) as Error

  it('rewrites the page’s localhost to the balancer, and pins the resolved addresses', async () => {
    expect(await resolve('http://localhost:8090/models?x=1')).toEqual({
      origin: 'http://load-balancer:8090',
      path: '/v1/models?x=1',
      addresses: [{ address: '172.18.0.2', family: 4 }],
      verifyTls: true,
    })
  })

  it('recognises an allowed target by its address as well', async () => {
    expect((await resolve('http://172.18.0.2:8090/')).origin).toBe('http://172.18.0.2:8090')
    expect((await resolve('http://gpu-1:8000/', { allowed: ['10.0.0.5:8000'] })).origin).toBe(
      'http://gpu-1:8000',
    )
    expect((await resolve('http://127.0.0.1:8000/', { allowed: ['localhost:8000'] })).path).toBe('/')
    expect((await resolve('http://2130706433:8000/', { allowed: ['localhost:8000'] })).origin).toBe(
      'http://127.0.0.1:8000',
    )
    expect((await resolve('https://gpu-1/', { allowed: ['gpu-1:443'] })).origin).toBe('https://gpu-1:443')
  })

  it.each([
    ['another port', 'http://load-balancer:8091/'],
    ['a scheme’s own port', 'https://load-balancer/'],
    ['another name of the same address, behind which may be others', 'http://other-name:8090/'],
    ['a name at more addresses than that', 'http://evil.test:8090/'],
    ['another address', 'http://172.18.0.3:8090/'],
    ['localhost on other ports', 'http://localhost:22/'],
    ['an address written as a number', 'http://2852039166/'],
  ])('refuses %s', async (_what, url) => {
    await expect(resolve(url)).rejects.toThrow(refused)
  })

  it.each([
    'http://metadata.test/',
    'http://mixed.test/',
    'http://169.254.169.254/',
    'http://[::ffff:169.254.169.254]/',
    'http://[fe80::1]/',
    'http://[fd00:ec2::254]/',
  ])('refuses %s although it is on the list', async (url) => {
    const { hostname } = new URL(url)
    await expect(resolve(url, { allowed: [`${hostname}:80`] })).rejects.toThrow(refused)
  })

  it('refuses a rewrite to such an address as well', async () => {
    const rewrites = new Map([['a:80', '169.254.169.254:80']])
    await expect(resolve('http://a/', { rewrites, allowed: ['a:80', '169.254.169.254:80'] })).rejects.toThrow(
      refused,
    )
  })

  it('leaves TLS unverified where that is configured', async () => {
    const allowed = ['gpu-1:443', 'load-balancer:443']
    const insecure = ['gpu-1:443']
    expect((await resolve('https://gpu-1/', { allowed, insecure })).verifyTls).toBe(false)
    expect((await resolve('https://load-balancer/', { allowed, insecure })).verifyTls).toBe(true)
  })
})

describe('a name', () => {
  it('is connected to at its resolved address, and resolved only once', async () => {
    const upstream = await startScriptedUpstream()
    onTestFinished(() => upstream.close())
    upstream.follow(async ({ write }) => void (await write(jsonResponse('{}'))))
    const lookedUp: string[] = []
    const { connect } = await startBridge({
      environment: { WS_ALLOWED_TARGETS: `rebind.test:${upstream.port}` },
      tuning: {
        // No other resolver has the name, so that a second lookup at the connection would fail.
        lookup: (hostname) => {
          lookedUp.push(hostname)
          return Promise.resolve([{ address: '127.0.0.1', family: 4 }])
        },
      },
    })
    const page = await connect()
    for (let id = 0; id < 3; id += 1) {
      page.send({ id, url: `http://rebind.test:${upstream.port}/v1/x` })
      expect(await page.next(id, 'response')).toMatchObject({ status: 200 })
    }
    expect(lookedUp).toEqual(['rebind.test'])
    expect(upstream.exchanges[0]?.request.headers.get('host')).toBe(`rebind.test:${upstream.port}`)
  })
})

describe('TLS', () => {
  it.skipIf(!canSignCertificates)(
    'that cannot be trusted ends a call, but where that is configured',
    async () => {
      const origin = await startSelfSigned()
      const targets = { WS_ALLOWED_TARGETS: new URL(origin).host }
      const strict = await (await startBridge({ environment: targets })).connect()
      strict.send({ id: 1, url: `${origin}/v1/x` })
      const error = await strict.next(1, 'error')
      expect([error.code, error.error]).toEqual(['network', expect.stringContaining('TLS cannot be trusted')])
      const environment = { ...targets, WS_INSECURE_TARGETS: new URL(origin).host }
      const lenient = await (await startBridge({ environment })).connect()
      lenient.send({ id: 1, url: `${origin}/v1/x` })
      expect(await lenient.next(1, 'response')).toMatchObject({ status: 200, body: '{"choices":[]}' })
    },
  )
})
