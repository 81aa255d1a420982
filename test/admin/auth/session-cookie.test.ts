import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hasOwnCookie, readSessionCookies } from '../../../src/admin/auth/session-cookie.ts'

function withCookies(cookie: string, host = 'balancer:8090'): IncomingMessage {
  const request = new IncomingMessage(new Socket())
  Object.assign(request.headers, { cookie, host })
  return request
}

describe('the session cookie', () => {
  it('is found among other cookies, with or without spaces around it', () => {
    const request = withCookies(
      'theme=dark;lb_session_8090=mine ;  lb_session_9000 = other; lb_session=x=y;bare',
    )
    expect(readSessionCookies(request)).toEqual(['mine', 'other', 'x=y'])
    expect(hasOwnCookie(request)).toBe(true)
    expect(hasOwnCookie(withCookies('lb_session=mine'))).toBe(false)
    expect(hasOwnCookie(withCookies('lb_session=mine', 'balancer'))).toBe(true)
  })

  it('is not taken from a name that only resembles it, or from a value that is too long to be one', () => {
    const names = ['lb_sessions', 'Lb_session', 'lb_session_', 'lb_session_x', 'xlb_session', '']
    expect(readSessionCookies(withCookies(names.map((name) => `${name}=v`).join(';')))).toEqual([])
    expect(readSessionCookies(withCookies(`lb_session=${'v'.repeat(257)}`))).toEqual([])
    expect(readSessionCookies(withCookies('lb_session'))).toEqual([])
  })

  it('has eight values at most', () => {
    const pairs = Array.from({ length: 9 }, (_, n) => `lb_session=${n}`)
    expect(readSessionCookies(withCookies(`${pairs.join(';')};lb_session_8090=mine`))).toEqual([
      'mine',
      ...Array.from({ length: 7 }, (_, n) => String(n)),
    ])
  })

  it('is read whatever stands in the header', () => {
    const pair = fc.tuple(
      fc.constantFrom('lb_session', 'lb_session_8090', 'other', ''),
      fc.stringMatching(/^[^;]{0,40}$/),
    )
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 20 }), (pairs) => {
        const header = pairs.map(([name, value]) => `${name}=${value}`).join(';')
        const values = (wanted: string) =>
          pairs.filter(([name]) => name === wanted).map(([, value]) => value.trim())
        expect(readSessionCookies(withCookies(header))).toEqual(
          [...values('lb_session_8090'), ...values('lb_session')].slice(0, 8),
        )
      }),
    )
  })
})
