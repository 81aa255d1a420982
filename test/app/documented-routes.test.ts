// Compares the routes that the server registers with those that its OpenAPI document describes.
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { FastifyInstance } from 'fastify'
import { expect, it, onTestFinished } from 'vitest'
import { startApp } from '../support/apps/running-app.ts'

/** Collects the routes of every server that is created from now on. */
function watchRoutes(): Set<string> {
  const routes = new Set<string>()
  const watch = (message: unknown): void => {
    const { fastify } = message as { fastify: FastifyInstance }
    fastify.addHook('onRoute', ({ method, url }) => {
      for (const one of [method].flat()) routes.add(`${one} ${url}`)
    })
  }
  subscribe('fastify.initialization', watch)
  onTestFinished(() => void unsubscribe('fastify.initialization', watch))
  return routes
}

// Pages and their files.
const isPage = (route: string): boolean => /^\w+ \/(?:admin|load-producer)(?:\/\*?)?$/.test(route)

it('every route is in the OpenAPI document, and every one there is a route', async () => {
  const routes = watchRoutes()
  const { admin } = await startApp({ environment: { LB_SERVE_FILES: 'true' } })
  const { paths } = await admin.call<{ paths: Record<string, object> }>('GET', '/openapi.json')
  const documented = Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  )
  const registered = [...routes]
    // HEAD belongs to every GET, and OPTIONS serves preflight requests.
    .filter((route) => !/^(?:HEAD|OPTIONS) /.test(route) && !isPage(route))
    .map((route) => route.replace('/v1/models/*', '/v1/models/{id}').replaceAll(/:(\w+)/g, '{$1}'))
  expect(registered.toSorted()).toEqual(documented.toSorted())
  expect(documented.length).toBeGreaterThan(50)
})
