// Opens, closes and reopens a server's port.
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

interface Address {
  readonly host: string
  readonly port: number
}

export interface Listener {
  /** @returns the address with the port that was given; rejects where it is taken. */
  open(address: Address): Promise<Address>
  /** Takes no new connection and breaks those that are open. */
  shut(): Promise<void>
  /** Listens again where it last did; does nothing while it listens or where it never has. */
  reopen(): Promise<void>
}

// A thousand clients may come in one moment, and each refused SYN would cost a second.
const BACKLOG = 4096

export function createListener(server: Server): Listener {
  let last: Address | undefined

  const open = async (address: Address): Promise<Address> => {
    server.listen({ ...address, backlog: BACKLOG })
    await once(server, 'listening')
    last = { host: address.host, port: (server.address() as AddressInfo).port }
    return last
  }

  return {
    open,
    async shut() {
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
    async reopen() {
      if (last !== undefined && !server.listening) await open(last)
    },
  }
}
