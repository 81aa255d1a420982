// Where the daemon listens: itself, or in its workers, which relay to it what they do not serve.
import type { AddressInfo } from 'node:net'
import type { Config } from '../config/environment-table.ts'
import type { ClientServer } from './http/create-server.ts'
import type { Drain } from './http/drain.ts'
import { LISTEN_BACKLOG } from '../http/listen-backlog.ts'
import { createPrivateListener, type PrivateListener } from './http/relay/private-listener.ts'
import type { Workers } from './workers/create-workers.ts'

interface Listener {
  listen(): Promise<AddressInfo>
  /** @throws Error before it listens. */
  address(): AddressInfo
  /** Stops listening, and waits for what is open, as long as the drain allows. */
  drain(drain: Drain): Promise<void>
}

// For workers to cut what is open after the drain's time, and to report it.
const CUT_MS = 1_000
// A relayed request ends with that of the client, which the workers have waited for.
const RELAYED_MS = 1_000

export function createListener(
  server: ClientServer,
  { host, port, drainTimeoutS }: Config,
  workers: Workers | undefined,
): Listener {
  const { app } = server
  let shared: AddressInfo | undefined
  let relayed: PrivateListener | undefined

  const listenInWorkers = async (by: Workers): Promise<AddressInfo> => {
    await app.ready()
    relayed = await createPrivateListener(app.server)
    return (shared = await by.listen(relayed.socketPath))
  }

  return {
    async listen() {
      if (workers) return listenInWorkers(workers)
      await app.listen({ host, port, backlog: LISTEN_BACKLOG })
      return app.server.address() as AddressInfo
    },
    address: () => shared ?? (app.server.address() as AddressInfo),
    async drain(drain) {
      await workers?.drain(drainTimeoutS * 1000 + CUT_MS)
      await Promise.all([drain.run(server), relayed?.close(RELAYED_MS)])
    },
  }
}
