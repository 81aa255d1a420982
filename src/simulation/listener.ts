// Opens, closes and reopens a server's port.
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

interface Address {
  readonly host: string
  readonly port: number
}

export interface Listener {
  /** @returns the address with the actual port; rejects if the port is taken. */
  open(address: Address): Promise<Address>
  /** Accepts no new connection and resets the open ones. */
  shut(): Promise<void>
  /** Listens again on its last address; does nothing while it listens or if it never has. */
  reopen(): Promise<void>
}

// A thousand clients may connect at once, and each dropped SYN costs a second.
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
