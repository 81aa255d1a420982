import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createLogDestination } from '../../src/observability/log-destination.ts'

function temporaryFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'log-destination-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return join(folder, 'log')
}

const moduleUrl = new URL('../../src/observability/log-destination.ts', import.meta.url).href

/** A process that logs to its stdout, as the daemon does. */
function startLogging(script: string) {
  const program = `import { createLogDestination } from ${JSON.stringify(moduleUrl)}\n${script}`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

const manyLines = (count: number) => Array.from({ length: count }, (_, i) => `line ${i} ${'x'.repeat(80)}\n`)

describe('the log destination', () => {
  it('has written every line, in order, once it is flushed', async () => {
    const path = temporaryFile()
    const destination = createLogDestination({ target: path })
    onTestFinished(() => destination.close())
    const lines = manyLines(5000)
    for (const line of lines) destination.write(line)
    await destination.flush()
    expect(readFileSync(path, 'utf8')).toBe(lines.join(''))
  })

  it('has written every line once it is closed, and ignores later ones', async () => {
    const path = temporaryFile()
    const destination = createLogDestination({ target: path })
    for (const line of manyLines(3)) destination.write(line)
    await destination.close()
    destination.write('late\n')
    await destination.flush()
    await destination.close()
    expect(readFileSync(path, 'utf8')).toBe(manyLines(3).join(''))
  })

  it('lets go of the process when it is closed', async () => {
    const before = process.listenerCount('exit')
    const destination = createLogDestination({ target: temporaryFile() })
    expect(process.listenerCount('exit')).toBeGreaterThan(before)
    await destination.close()
    expect(process.listenerCount('exit')).toBeLessThanOrEqual(before + 1)
  })

  it('writes a line by itself in a process that then does nothing', async () => {
    const child = startLogging(`
      createLogDestination().write('alone\\n')
      process.stdin.resume()
    `)
    const [piece] = (await once(child.stdout, 'data')) as [Buffer]
    expect(String(piece)).toBe('alone\n')
  })

  it.each([
    ['comes to its natural end', ''],
    ['calls process.exit', 'process.exit(0)'],
    [
      'dies of an error',
      `process.stderr.destroy(); process.on('uncaughtException', () => process.exit(1)); throw 1`,
    ],
  ])('loses no line when the process %s', async (_, ending) => {
    const child = startLogging(`
      const destination = createLogDestination()
      for (let i = 0; i < 100; i += 1) destination.write('line ' + i + '\\n')
      ${ending}
    `)
    const expected = Array.from({ length: 100 }, (_, i) => `line ${i}\n`).join('')
    expect(await text(child.stdout)).toBe(expected)
  })

  it('outlives the reader of its log', async () => {
    const child = startLogging(`
      const destination = createLogDestination({ maxDelayMs: 1 })
      process.stdin.once('data', async () => {
        for (let i = 0; i < 10; i += 1) {
          destination.write('nobody reads this\\n')
          await destination.flush()
        }
        await destination.close()
        process.exit(7)
      })
      destination.write('ready\\n')
    `)
    await once(child.stdout, 'data')
    child.stdout.destroy()
    child.stdin.write('go\n')
    const [code] = (await once(child, 'exit')) as [number]
    expect(code).toBe(7)
  })

  it('keeps every line of a burst that its reader reads in time', async () => {
    const path = temporaryFile()
    const destination = createLogDestination({ target: path })
    const lines = manyLines(200_000)
    for (const line of lines) destination.write(line)
    await destination.close()
    expect(readFileSync(path, 'utf8') === lines.join('')).toBe(true)
  })

  it('writes lines of any length and any characters as they are', async () => {
    const path = temporaryFile()
    const destination = createLogDestination({ target: path })
    const lines = [100, 21_800, 21_850, 65_536, 300_000].flatMap((length) => [
      `${'x'.repeat(length)}\n`,
      `${'ü€😀'.repeat(length / 4)}\n`,
    ])
    for (const line of lines) destination.write(line)
    await destination.close()
    expect(readFileSync(path, 'utf8') === lines.join('')).toBe(true)
  })

  it('writes the lines of other processes as they come, in order with its own', async () => {
    const path = temporaryFile()
    const destination = createLogDestination({ target: path })
    const lines = [1, 300, 65_534, 65_535, 65_536, 300_000].flatMap((length) => [
      `${'x'.repeat(length)}\n`,
      `${'ü'.repeat(length / 2)}\n`,
    ])
    for (const [index, line] of lines.entries()) {
      if (index % 3 === 0) destination.write(line)
      else destination.writeBytes(Buffer.from(line))
    }
    await destination.close()
    expect(readFileSync(path, 'utf8') === lines.join('')).toBe(true)
  })

  it.each(['write(lines)', 'writeBytes(Buffer.from(lines))'])(
    'drops lines rather than fill the memory when its reader stalls, and reports their number: %s',
    async (write) => {
      const child = startLogging(`
      const destination = createLogDestination({ maxPendingBytes: 200_000 })
      const lines = ('x'.repeat(9_999) + '\\n').repeat(2)
      for (let i = 0; i < 250; i += 1) destination.${write}
      await destination.flush()
      await destination.close()
    `)
      const lines = (await text(child.stdout)).trimEnd().split('\n')
      const notice = JSON.parse(lines.at(-1) ?? '') as { msg: string; lines: number }
      expect(notice.msg).toBe('log lines dropped')
      expect(notice.lines).toBeGreaterThan(0)
      expect(lines.length - 1 + notice.lines).toBe(500)
    },
  )
})
