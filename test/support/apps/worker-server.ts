// The built daemon with several workers, in the place of a balancer in the test's process: TEST_WORKERS=2 runs tests with it.
import { setTimeout as delay } from 'node:timers/promises'
import { startDaemon } from '../daemon-process.ts'

/** How many workers serve the tests' apps; 1 for the test's process. */
export const testWorkers = Number(process.env['TEST_WORKERS'] ?? 1)

// The log is written with a delay of up to 250 ms, the books are told with one of 25; tests read both after a response.
const LOG_MS = 1_000
const BOOKS_MS = 100
const POLL_MS = 10

export async function startWorkerServer(
  environment: Readonly<Record<string, string>> & { readonly LB_DB_PATH: string },
  adminToken: string,
) {
  const daemon = await startDaemon({
    environment: { ...environment, LB_ADMIN_TOKEN: adminToken, LB_WORKERS: String(testWorkers) },
  })
  let closing: Promise<void> | undefined
  return {
    url: daemon.url,
    server: undefined,
    lines: () => daemon.stdout().split(/(?<=\n)/),
    /** Waits until the log has the request, and so the books: a worker tells its end before its line. Not every request has one. */
    async told(requestId: string): Promise<void> {
      for (const endMs = Date.now() + LOG_MS; Date.now() < endMs; await delay(POLL_MS))
        if (daemon.stdout().includes(`"request_id":"${requestId}"`)) return
    },
    booksTold: () => delay(BOOKS_MS),
    databasePath: environment.LB_DB_PATH,
    close: (): Promise<void> =>
      (closing ??= (async () => {
        daemon.kill('SIGTERM')
        await daemon.exit
      })()),
  }
}
