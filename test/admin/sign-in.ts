// Signs an operator in as a browser does, and sends what the browser would send.
import { ADMIN_TOKEN, PREFIX, type Admin, type AdminResponse } from './start-admin.ts'
import type { SessionView } from '../../src/contract/session.ts'

type AnyBody = AdminResponse['body'] & SessionView

interface Call {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

/** Sends a request without adding credentials. */
export async function ask(
  { address }: Pick<Admin, 'address'>,
  method: string,
  route: string,
  { headers, body }: Call = {},
) {
  const response = await fetch(`${address}${PREFIX}${route}`, {
    method,
    ...(headers ? { headers } : {}),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return {
    status: response.status,
    headers: response.headers,
    setCookie: response.headers.getSetCookie()[0] ?? '',
    body: (await response.json()) as AnyBody,
  }
}

/** The Cookie header that a browser would send after a Set-Cookie. */
export const cookieOf = (setCookie: string): string => setCookie.split(';', 1)[0] ?? ''

export async function signIn(admin: Pick<Admin, 'address'>, headers: Readonly<Record<string, string>> = {}) {
  const answer = await ask(admin, 'POST', '/session', { headers, body: { token: ADMIN_TOKEN } })
  if (answer.status !== 200) throw new Error(`signing in: ${answer.status}`)
  const cookie = cookieOf(answer.setCookie)
  const csrf = answer.body.csrf_token
  return {
    ...answer,
    cookie,
    csrf,
    /** Sends a request as the admin page does. */
    call: (method: string, route: string, body?: unknown, more: Readonly<Record<string, string>> = {}) =>
      ask(admin, method, route, { headers: { cookie, 'x-csrf-token': csrf, ...more }, body }),
  }
}
