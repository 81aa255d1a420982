// The route that profiles one process.
import { Readable } from 'node:stream'
import { cpuProfile, cpuProfileQuery } from '../../contract/gateway.ts'
import { gatewayError } from '../../core/gateway-error.ts'
import type { AdminContext } from '../http/admin-context.ts'
import { defineRoute, type AdminRoute } from '../http/define-route.ts'

export function createProfileRoutes({ takeProfile }: Pick<AdminContext, 'takeProfile'>): AdminRoute[] {
  let isTaken = false
  return [
    defineRoute({
      method: 'POST',
      path: '/profile',
      summary: 'Profile the CPU time of one process for some seconds, as a .cpuprofile file',
      query: cpuProfileQuery,
      response: cpuProfile,
      responseType: 'application/json',
      refuses: [404, 409],
      isConditional: false,
      async handle({ query: { worker, seconds }, setHeader }) {
        if (isTaken) throw gatewayError('LB_ERR_CONFLICT', 'Another profile is being taken.')
        isTaken = true
        try {
          const profile = await takeProfile(worker, seconds)
          if (profile === undefined)
            throw gatewayError('LB_ERR_NOT_FOUND', `No worker ${worker} runs, or it has ended.`)
          setHeader('content-disposition', `attachment; filename="worker-${worker}.cpuprofile"`)
          return Readable.from([profile])
        } finally {
          isTaken = false
        }
      },
    }),
  ]
}
