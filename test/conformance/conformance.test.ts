// Runs the conformance suite against the built daemon, to the daemon's end.
import { expect, it } from 'vitest'
import { ADMIN_TOKEN, SLOW_MS, startDaemon } from '../support/daemon-process.ts'
import { createAdminGateway } from './gateway.ts'
import { runConformance } from './run-conformance.ts'
import { isFull } from '../support/effort.ts'

// Long enough that no case depends on this machine's speed.
const AMPLE_MS = 60_000

async function expectConformance(environment: Record<string, string> = {}): Promise<void> {
  const daemon = await startDaemon({ environment: { LB_ADMIN_RATE_LIMIT_RPM: '1000000', ...environment } })
  let hasEnded = false
  void daemon.exit.then(() => (hasEnded = true))
  const lines: string[] = []
  const result = await runConformance({
    gateway: await createAdminGateway(`${daemon.url}/v1`, `${daemon.url}/admin/api`, ADMIN_TOKEN),
    process: { terminate: () => daemon.kill('SIGTERM'), hasEnded: () => hasEnded },
    patience: { waitMs: AMPLE_MS, cutMs: AMPLE_MS },
    report: (line) => lines.push(line),
  })
  expect(lines.filter((line) => !line.startsWith('ok '))).toEqual([`${result.passed} passed, 0 failed`])
  expect(result.passed).toBeGreaterThan(35)
  expect(await daemon.exit).toMatchObject({ code: 0, signal: null, stderr: '' })
}

it('the daemon passes every case of the conformance suite', { timeout: SLOW_MS }, () => expectConformance())

it.runIf(isFull)('and so it does with two workers', { timeout: SLOW_MS }, () =>
  expectConformance({ LB_WORKERS: '2' }),
)
