// An operator who changes things while the traffic goes on. What is taken away comes back with the next action.
import { placement, routingMode } from '../../src/contract/objects/routing-field-schemas.ts'
import { drawInteger, type Random } from '../../src/simulation/random.ts'
import type { ChaosBackend, Fleet } from './chaos-fleet.ts'

export interface Operator {
  act(): Promise<void>
  /** Puts everything back. */
  restore(): Promise<void>
}

/** @param onEnd - called when requests in flight are about to be ended. */
export function createOperator({ admin, backends }: Fleet, random: Random, onEnd: () => void): Operator {
  let undo: (() => Promise<unknown>) | undefined
  const restore = async (): Promise<void> => {
    await undo?.()
    undo = undefined
  }

  const drawInFlight = (): string => {
    if (random() < 0.5) return ''
    onEnd()
    return '?in_flight=end'
  }
  const drawOne = <One>(all: readonly One[]): One | undefined => all[drawInteger(random, 0, all.length - 1)]
  const disable = async ({ id }: ChaosBackend): Promise<void> => {
    const query = drawInFlight()
    undo = () => admin('PATCH', `/endpoints/${id}`, { enabled: true })
    await admin('PATCH', `/endpoints/${id}${query}`, { enabled: false })
  }
  const remove = async ({ id }: ChaosBackend): Promise<void> => {
    const query = drawInFlight()
    undo = () => admin('POST', `/endpoints/${id}/restore`)
    await admin('DELETE', `/endpoints/${id}${query}`)
  }
  const limit = async ({ id }: ChaosBackend): Promise<void> => {
    undo = () => admin('PATCH', `/endpoints/${id}`, { max_concurrent: 0 })
    await admin('PATCH', `/endpoints/${id}`, { max_concurrent: drawInteger(random, 1, 4) })
  }
  const actions: readonly ((backend: ChaosBackend) => Promise<unknown>)[] = [
    disable,
    remove,
    limit,
    ({ id }) => admin('PATCH', `/endpoints/${id}`, { token_quota_percent: drawInteger(random, 1, 60) }),
    ({ id }) => admin('POST', `/endpoints/${id}/test`),
    () =>
      admin('PATCH', '/routing', {
        routing_mode: drawOne(routingMode.options),
        placement: drawOne(placement.options),
      }),
    () => admin('POST', '/db/vacuum'),
    () => admin('POST', '/cache/clear'),
  ]
  return {
    async act() {
      await restore()
      const backend = backends[drawInteger(random, 0, backends.length - 1)]
      if (backend) await actions[drawInteger(random, 0, actions.length - 1)]?.(backend)
    },
    restore,
  }
}
