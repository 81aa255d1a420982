/**
 * Lets the apps of a worker listen on the same port, one after another. A browser then finds the scripts of a page
 * loaded and compiled, which takes half of the time that the page takes to open.
 */
import type { FastifyInstance } from 'fastify'
import type { AddressInfo } from 'node:net'

const HOST = '127.0.0.1'
const BACKLOG = 4096

let kept = 0
let isTaken = false

/** Listens on the kept port; on any free one while another app uses it. @returns the URL of the app. */
export async function listenOnKeptPort(app: FastifyInstance): Promise<string> {
  const listen = (port: number) => app.listen({ host: HOST, port, backlog: BACKLOG })
  if (isTaken) return listen(0)
  isTaken = true
  app.server.once('close', () => (isTaken = false))
  // Another process can have taken it meanwhile.
  const url = await listen(kept).catch(() => listen(0))
  kept = (app.server.address() as AddressInfo).port
  return url
}
