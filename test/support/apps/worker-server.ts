// The built daemon with several workers, in the place of a balancer in the test's process: TEST_WORKERS=2 runs tests with it.
import { setTimeout as delay } from 'node:timers/promises'
import { startDaemon } from '../daemon-process.ts'

/** How many workers serve the tests' apps; 1 for the test's process. */
export const testWorkers = Number(process.env['TEST_WORKERS'] ?? 1)

// Begins the ids of requests that the log is asked for.
const MARK = 'mark-of-the-tests-'
const TIMEOUT_MS = 10_000
const POLL_MS = 10

const timeOf = (line: string): string => /"time":"([^"]*)"/.exec(line)?.[1] ?? ''

export async function startWorkerServer(
  environment: Readonly<Record<string, string>> & { readonly LB_DB_PATH: string },
  adminToken: string,
) {
  const daemon = await startDaemon({
    environment: { ...environment, LB_ADMIN_TOKEN: adminToken, LB_WORKERS: String(testWorkers) },
  })
  let closing: Promise<void> | undefined
  let marks = 0

  /** Each worker tells all that it has to tell before its part of the list. */
  async function booksTold(): Promise<void> {
    await fetch(`${daemon.url}/admin/api/decisions?limit=1`, { headers: { 'x-admin-token': adminToken } })
  }
  /** Of the first list the primary tells the workers before it asks for the second. */
  async function workersTold(): Promise<void> {
    await booksTold()
    await booksTold()
  }
  /** @returns the lines of all requests that have ended, once the log has that of a request after them. */
  async function lines(): Promise<string[]> {
    await booksTold()
    const mark = `${MARK}${(marks += 1)}`
    await fetch(`${daemon.url}/no-route`, { headers: { 'x-request-id': mark } })
    const isWritten = (): boolean => daemon.stdout().includes(`"request_id":"${mark}"`)
    for (const endMs = Date.now() + TIMEOUT_MS; !isWritten(); await delay(POLL_MS))
      if (Date.now() > endMs) throw new Error('the log lacks a request')
    return (
      daemon
        .stdout()
        .split(/(?<=\n)/)
        .filter((line) => !line.includes(`"request_id":"${MARK}`))
        // Lines of one worker are in order; those of several are told with a delay.
        .sort((one, other) => timeOf(one).localeCompare(timeOf(other)))
    )
  }

  return {
    url: daemon.url,
    server: undefined,
    lines,
    booksTold,
    workersTold,
    databasePath: environment.LB_DB_PATH,
    close: (): Promise<void> =>
      (closing ??= (async () => {
        daemon.kill('SIGTERM')
        await daemon.exit
      })()),
  }
}
