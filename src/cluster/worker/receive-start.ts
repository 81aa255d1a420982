// Receives what a worker needs before it can serve, and keeps what comes while it is being built.
import type { Configuration } from '../../core/state/configuration.ts'
import { applyConfigurationChange, emptyConfiguration } from '../configuration-change.ts'
import type { PrimaryMessage } from '../messages.ts'

export type StartMessage = Extract<PrimaryMessage, { readonly type: 'start' }>

interface Start {
  readonly start: StartMessage
  readonly configuration: Configuration
  /** To be called once: `receive` gets every later message, those first that have come already. */
  receiveWith(receive: (message: PrimaryMessage) => void): void
}

const noSettings: Configuration['settings'] = {
  routingMode: 'percentage',
  placement: 'prefix',
  priorityInputTokenId: null,
  incomingPos: { posX: 0, posY: 0 },
  tokensEverCreated: true,
}

/** @param listen - called once: a process loses the messages that come while it has no listener of its own. */
export function receiveStart(
  listen: (listener: (batch: readonly PrimaryMessage[]) => void) => void,
): Promise<Start> {
  const { promise, resolve } = Promise.withResolvers<Start>()
  const later: PrimaryMessage[] = []
  let start: StartMessage | undefined
  let configuration = emptyConfiguration(noSettings)
  let receive = (message: PrimaryMessage): void => {
    if (message.type === 'start') start = message
    if (message.type !== 'configuration') return
    configuration = applyConfigurationChange(configuration, message.change)
    if (message.version === undefined || start === undefined) return
    receive = (next) => void later.push(next)
    resolve({
      start,
      configuration,
      receiveWith(apply) {
        receive = apply
        for (const next of later) apply(next)
      },
    })
  }
  listen((batch) => {
    for (const message of batch) receive(message)
  })
  return promise
}
