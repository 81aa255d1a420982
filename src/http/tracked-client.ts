// Clients of undici that say which connection a request is sent on, and whether it has served requests before.
import type { Socket } from 'node:net'
import { Client, type buildConnector, type Dispatcher } from 'undici'

/** The present connection of a client. */
interface Connection {
  socket: Socket | undefined
  /** Requests that were begun on it. */
  requests: number
}

/** A dispatch handler that is told the connection before its request starts. */
export interface TrackingHandler extends Dispatcher.DispatchHandler {
  connection: Connection | undefined
}

const isTracking = (handler: Dispatcher.DispatchHandler): handler is TrackingHandler =>
  'connection' in handler

type ConnectOptions = Client.Options & { readonly connect: buildConnector.connector }

/** @param options - with a connector, as a pool hands them to its factory. */
export function createTrackedClient(origin: URL | string, options: ConnectOptions): Client {
  const connection: Connection = { socket: undefined, requests: 0 }
  const client = new Client(origin, {
    ...options,
    connect: (target, onConnected) =>
      options.connect(target, (...[error, socket]) => {
        connection.socket = socket ?? undefined
        connection.requests = 0
        if (error) onConnected(error, null)
        else onConnected(null, socket)
      }),
  })
  const dispatch = client.dispatch.bind(client)
  client.dispatch = (request, handler) => {
    if (isTracking(handler)) handler.connection = connection
    return dispatch(request, handler)
  }
  return client
}
