// The routes of the forwarded calls.
import type { ApiRoute } from './api.ts'

/**
 * Under /v1, at the root, and behind the pool segment that clients of the original use.
 * @param path - below /v1.
 */
export const callRoutes = (path: string): readonly ApiRoute[] =>
  [`/v1${path}`, path, `/v1/:pool${path}`].map((url) => ({ url, path: `/v1${path}` }))

/** The same of calls that engines serve under /v1 and at their root: each goes where the client addressed it. */
export const engineRoutes = (path: string): readonly ApiRoute[] =>
  callRoutes(path).map((route) => (route.url === path ? { url: path, path } : route))
