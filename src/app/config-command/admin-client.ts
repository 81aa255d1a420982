// HTTP client of a running daemon's admin API, for the command line.
import { request } from 'undici'
import type { Problem } from '../../contract/problem.ts'
import { configError } from '../../config/config-error.ts'

export interface AdminClient {
  /** Rejects with an error for the operator if the daemon does not respond, or responds with an error. */
  getText(path: string): Promise<string>
  post<Body>(path: string, body: object, headers?: Readonly<Record<string, string>>): Promise<Body>
}

/** The lines of an error about a configuration file, one for each mistake. */
export const errorLinesOf = (error: Error): readonly string[] =>
  'lines' in error && Array.isArray(error.lines) ? (error.lines as string[]) : []

function refusal(status: number, text: string, file: string): Error {
  if (status === 401)
    return configError('the admin token was refused; set LB_ADMIN_TOKEN as the daemon has it')
  if (status === 412) return configError('the configuration has changed meanwhile; run the command again')
  let problem: Partial<Problem>
  try {
    problem = JSON.parse(text) as Partial<Problem>
  } catch {
    return configError(`the daemon answers ${status}, which is no response of its admin API; check the URL`)
  }
  const lines = (problem.errors ?? []).flatMap(({ line, pointer, detail }) =>
    line === undefined ? [] : `${file}:${line}: ${pointer && `${pointer}: `}${detail}`,
  )
  if (lines.length > 0) return Object.assign(configError(`${file} is not acceptable`), { lines })
  return configError(`${problem.detail ?? 'refused'} (${status}, request ${problem.request_id ?? 'unknown'})`)
}

/** @param url - the daemon's base URL. @param file - name of the configuration file, for error lines. */
export function createAdminClient(url: string, adminToken: string, file: string): AdminClient {
  const base = `${url.replace(/(?<!\/)\/+$/, '')}/admin/api`

  const send = async (path: string, options: Parameters<typeof request>[1]): Promise<string> => {
    let status: number
    let text: string
    try {
      // Redirects are not followed, so that the token is sent to this daemon only.
      const { statusCode, body } = await request(`${base}${path}`, options)
      status = statusCode
      text = await body.text()
    } catch (error) {
      const reason = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
      throw configError(`${url} does not answer${reason}`)
    }
    if (status !== 200) throw refusal(status, text, file)
    return text
  }

  const credentials = { 'x-admin-token': adminToken }
  return {
    getText: (path) => send(path, { headers: credentials }),
    async post<Body>(path: string, body: object, headers = {}) {
      const options = {
        method: 'POST',
        headers: { ...credentials, ...headers },
        body: JSON.stringify(body),
      } as const
      return JSON.parse(await send(path, options)) as Body
    },
  }
}
