// Requests the health path of a server on this machine, for the `health` commands that containers run.
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { localUrl } from '../config/local-url.ts'

const TIMEOUT_MS = 3_000

/** @returns undefined if the path responds with 200, else one line that describes the failure. */
export async function checkHealth(
  listening: Parameters<typeof localUrl>[0],
  path: string,
): Promise<string | undefined> {
  const url = `${localUrl(listening)}${path}`
  try {
    // fetch refuses the ports that browsers refuse.
    const request = get(url, { agent: false, signal: AbortSignal.timeout(TIMEOUT_MS) })
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    response.destroy()
    return response.statusCode === 200 ? undefined : `${url} answers ${response.statusCode}`
  } catch {
    return `${url} does not answer`
  }
}
