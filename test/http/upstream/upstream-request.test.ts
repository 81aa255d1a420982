// One request to an upstream: the order of its callbacks, and that none follows an abort.
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { createConnectionPool, type ConnectionPool } from '../../../src/http/upstream/connection-pool.ts'
import { startUpstreamRequest, type AttemptListener } from '../../../src/http/upstream/upstream-request.ts'

const get = {
  method: 'GET' as const,
  path: '/x',
  headers: [],
  body: null,
  timeoutMs: 0,
}

async function startPool(listener: RequestListener): Promise<ConnectionPool> {
  const server = createServer(listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const pool = createConnectionPool({
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    verifyTls: true,
    connectTimeoutMs: 10_000,
  })
  onTestFinished(() => {
    pool.destroy()
    server.closeAllConnections()
    server.close()
  })
  return pool
}

function createRecorder() {
  const calls: string[] = []
  const over = Promise.withResolvers<void>()
  const listener: AttemptListener<string> = {
    onResponse: (owner, status) => void calls.push(`${owner} response ${status}`),
    onData: (owner, chunk) => void calls.push(`${owner} data ${chunk.toString()}`),
    onEnd(owner) {
      calls.push(`${owner} end`)
      over.resolve()
    },
    onError(owner, error) {
      calls.push(`${owner} error ${error.message}`)
      over.resolve()
    },
  }
  return { calls, listener, over: over.promise }
}

it('reports the final response only, then its chunks and its end, each with the owner', async () => {
  const pool = await startPool((request, response) => {
    response.writeProcessing()
    response.end(request.url)
  })
  const { calls, listener, over } = createRecorder()
  const attempt = startUpstreamRequest({ pool }, { ...get, path: `/base${get.path}` }, listener, 'a')
  await over
  expect(calls).toEqual(['a response 200', 'a data /base/x', 'a end'])
  attempt.resume()
  attempt.abort()
  expect(calls).toHaveLength(3)
})

it('reports a request that cannot be sent as an error, and one of a destroyed pool', async () => {
  const pool = await startPool((_request, response) => response.end())
  const unsendable = createRecorder()
  const headers = ['bad name', 'x']
  startUpstreamRequest({ pool }, { ...get, headers }, unsendable.listener, 'a')
  await unsendable.over
  expect(unsendable.calls).toEqual(['a error the request cannot be sent as HTTP/1.1: a header name'])
  pool.destroy()
  const destroyed = createRecorder()
  startUpstreamRequest({ pool }, get, destroyed.listener, 'b')
  await destroyed.over
  expect(destroyed.calls).toEqual(['b error the connections were closed'])
})

it('calls nothing after an abort, before the connection is open as well as during the response', async () => {
  let closed = Promise.withResolvers<void>()
  const arrived = Promise.withResolvers<void>()
  const pool = await startPool((request, response) => {
    request.socket.once('close', () => closed.resolve())
    response.write('first')
    arrived.resolve()
  })
  const { calls, listener } = createRecorder()
  const early = startUpstreamRequest({ pool }, get, listener, 'early')
  early.abort()
  const started = Promise.withResolvers<void>()
  const late = startUpstreamRequest(
    { pool },
    get,
    {
      ...listener,
      onData(owner, chunk) {
        listener.onData(owner, chunk)
        started.resolve()
      },
    },
    'late',
  )
  await arrived.promise
  await started.promise
  closed = Promise.withResolvers<void>()
  late.abort()
  await closed.promise
  expect(calls).toEqual(['late response 200', 'late data first'])
})

it('reads no further while it is paused, and is resumed while the response of another attempt is read', async () => {
  const writers: (() => void)[] = []
  const pool = await startPool((request, response) => {
    response.write(`${request.url} first`)
    writers.push(() => response.end(`${request.url} rest`))
  })
  const calls: string[] = []
  const first: AttemptListener<string> = {
    onResponse: () => undefined,
    onData(_owner, chunk) {
      calls.push(chunk.toString())
      paused.pause()
    },
    onEnd: () => calls.push('end'),
    onError: (_owner, error) => void calls.push(error.message),
  }
  const paused = startUpstreamRequest({ pool }, { ...get, path: '/a' }, first, '')
  await expect.poll(() => calls).toEqual(['/a first'])
  writers.shift()?.()
  const second: AttemptListener<string> = {
    ...first,
    onData(_owner, chunk) {
      calls.push(chunk.toString())
      paused.resume()
    },
  }
  startUpstreamRequest({ pool }, { ...get, path: '/b' }, second, '')
  // What has been read with the last chunk is reported, the end among it.
  await expect.poll(() => calls).toEqual(['/a first', '/b first', '/a rest', 'end'])
  writers.shift()?.()
  await expect.poll(() => calls.slice(4)).toEqual(['/b rest', 'end'])
})
