import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readArguments } from '../../src/simulation/command-line.ts'
import { settingsTable } from '../../src/simulation/settings.ts'

const entry = fileURLToPath(new URL('../../src/simulator.ts', import.meta.url))

function run(args: readonly string[], nodeArgs: readonly string[] = []) {
  const child = spawn(process.execPath, [...nodeArgs, entry, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

async function finish(child: ReturnType<typeof run>) {
  const exited = once(child, 'exit') as Promise<[number]>
  const [out, error, [code]] = await Promise.all([text(child.stdout), text(child.stderr), exited])
  return { out, error, code }
}

describe('the simulator command', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('serves as configured and closes on %s', async (signal) => {
    const child = run(['--port', '0', '--name', 'sim-a', '--models', 'a,b', '--fault', 'status:503,count=1'])
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
    const [, baseUrl, controlUrl] = /^sim-a answers at (\S+), controlled at (\S+)$/.exec(line) ?? []
    expect((await fetch(`${baseUrl}/models`)).status).toBe(503)
    expect(await (await fetch(`${baseUrl}/models`)).json()).toMatchObject({
      data: [{ id: 'a' }, { id: 'b' }],
    })
    expect(await (await fetch(`${controlUrl}/served`)).json()).toMatchObject({ total: { requests: 2 } })
    child.kill(signal)
    expect((await once(child, 'exit')) as unknown[]).toEqual([0, null])
  })

  it('names the argument that is invalid', async () => {
    const { error, code } = await finish(run(['--capacity', 'many']))
    expect(code).toBe(2)
    expect(error).toMatch(/^simulator: --capacity: .*\n$/)
  })

  it('lists its arguments', async () => {
    const { out, code } = await finish(run(['--help']))
    expect(code).toBe(0)
    for (const name of ['--port', '--control-port', '--ttft-ms', '--tokens-per-second', '--fault']) {
      expect(out).toContain(`${name} `)
    }
  })

  it('reports an older Node in one line', async () => {
    const older = `Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.19.0'}})`
    const { out, error, code } = await finish(run([], ['--import', `data:text/javascript,${older}`]))
    expect([out, code]).toEqual(['', 1])
    expect(error).toBe('simulator: needs Node 22.17 or newer, this is 20.19.0\n')
  })
})

describe('the arguments of the simulator', () => {
  it('become settings and a checked fault', () => {
    const args = ['--ttft-ms', '40', '--tokens-per-second', '60', '--capacity', '8', '--control-port', '9101']
    expect(readArguments([...args, '--fault', 'status:503,retryAfter=2,probability=0.1'])).toEqual({
      ttftMs: 40,
      tokensPerSecond: 60,
      capacity: 8,
      controlPort: 9101,
      fault: {
        kind: 'status',
        status: 503,
        retryAfter: '2',
        probability: 0.1,
        count: null,
        pathPrefix: '/v1/',
      },
    })
  })

  it('exist for every setting, with and without a value', () => {
    const args = ['--closes-after-stream', '--mistake-status', '500', '--headers', '{"x-a":"b"}']
    expect(readArguments([...args, '--kind', 'llama.cpp'])).toEqual({
      kind: 'llama.cpp',
      closesAfterStream: true,
      mistakeStatus: 500,
      headers: { 'x-a': 'b' },
    })
  })

  it('give each setting the value that its option has', () => {
    for (const [name, { initial, takes }] of Object.entries(settingsTable)) {
      const option = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
      const text = Array.isArray(initial)
        ? initial.join(',')
        : typeof initial === 'object'
          ? JSON.stringify(initial)
          : String(initial)
      const isSwitch = takes === ''
      expect([name, readArguments(isSwitch ? [option] : [option, text])]).toEqual([
        name,
        { [name]: isSwitch ? true : initial },
      ])
    }
  })

  it.each([
    ['refuse', { kind: 'refuse' }],
    ['die:3,cut=character', { kind: 'die', afterChunks: 3, cut: 'character' }],
    ['malformed:bytes', { kind: 'malformed', form: 'bytes' }],
    ['hang', { kind: 'hang', probability: 1 }],
    ['reset:count=4', { kind: 'reset', count: 4 }],
  ])('accept the fault %s', (short, fault) => {
    expect(readArguments(['--fault', short])).toMatchObject({ fault })
  })

  it.each([
    ['--fault', 'sulk'],
    ['--fault', 'status:200'],
    ['--fault', 'reset:3'],
    ['--port', '70000'],
    ['--models', ''],
    ['--headers', '{'],
    ['--loading', 'slowly'],
    ['--nothing', '1'],
  ])('refuse %s %s', (...args) => {
    expect(readArguments(args)).toHaveProperty('usageError')
  })
})
