// Accepts the clients' connections in the primary process, for the workers.
import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Server } from 'node:net'
import type { ConnectionHandle } from '../connection-handle.ts'

export interface Acceptor {
  readonly address: AddressInfo
  /** Accepts no more. */
  close(): void
}

type OnConnection = (connection: ConnectionHandle) => void

/** The internal field by which the cluster module takes connections too: no stream is made of one that another process serves. */
type HandledServer = Server & {
  readonly _handle: { onconnection: (error: number, connection: ConnectionHandle | undefined) => void }
}

interface ListenAddress {
  readonly host: string
  readonly port: number
  /** Connections that the system holds until they are accepted. */
  readonly backlog: number
}

async function acceptAt(address: ListenAddress, onConnection: OnConnection): Promise<Server> {
  const server = createServer() as HandledServer
  server.listen(address)
  await once(server, 'listening')
  // A connection that could not be accepted comes as undefined.
  server._handle.onconnection = (_error, connection) => connection && onConnection(connection)
  return server
}

/** Of a name with several addresses all are listened at, as by Fastify. */
const addressesOf = async (host: string): Promise<string[]> =>
  host === 'localhost' ? (await lookup(host, { all: true })).map(({ address }) => address) : [host]

/** @throws Error where the first address of the host cannot be listened at. */
export async function acceptConnections(
  { host, port, backlog }: ListenAddress,
  onConnection: OnConnection,
): Promise<Acceptor> {
  const [first = host, ...others] = await addressesOf(host)
  const servers = [await acceptAt({ host: first, port, backlog }, onConnection)]
  const address = servers[0]?.address() as AddressInfo
  // Not every machine has all addresses of the name.
  for (const other of others)
    await acceptAt({ host: other, port: address.port, backlog }, onConnection).then(
      (server) => servers.push(server),
      () => undefined,
    )
  return {
    address,
    close() {
      for (const server of servers) server.close()
    },
  }
}
