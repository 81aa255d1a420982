// Asks a server on this machine whether it is well, for the `health` commands that containers run.
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'

const TIMEOUT_MS = 3_000

interface Listening {
  /** As configured; an address that means all is asked on the loopback. */
  readonly host: string
  readonly port: number
}

/** @returns undefined where the path answers with 200, else one line that tells what it does. */
export async function askHealth({ host, port }: Listening, path: string): Promise<string | undefined> {
  const everywhere = host === '0.0.0.0' || host === '::'
  const name = everywhere ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host
  const url = `http://${name}:${port}${path}`
  try {
    // Not fetch, which refuses ports that browsers refuse.
    const question = get(url, { agent: false, signal: AbortSignal.timeout(TIMEOUT_MS) })
    const [answer] = (await once(question, 'response')) as [IncomingMessage]
    answer.destroy()
    return answer.statusCode === 200 ? undefined : `${url} answers ${answer.statusCode}`
  } catch {
    return `${url} does not answer`
  }
}
