// The built daemon with several workers, in the place of a balancer in the test's process: TEST_WORKERS=2 runs tests with it.
import { startDaemon } from '../daemon-process.ts'

/** How many workers serve the tests' apps; 1 for the test's process. */
export const testWorkers = Number(process.env['TEST_WORKERS'] ?? 1)

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
    databasePath: environment.LB_DB_PATH,
    close: (): Promise<void> =>
      (closing ??= (async () => {
        daemon.kill('SIGTERM')
        await daemon.exit
      })()),
  }
}
