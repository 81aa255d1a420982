// The URLs of a forwarded call: under /v1, at the root, and behind the pool segment that clients of the original use.

/** @param path - of the call, joined to an endpoint's base URL. @returns Fastify patterns. */
export const callUrls = (path: string): readonly string[] => [`/v1${path}`, path, `/v1/:pool${path}`]
