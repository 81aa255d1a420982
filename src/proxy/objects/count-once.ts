// Counts the tokens of a response that a backend keeps once: when it is made, or when its usage is first reported.
import type { CountedTokens, PinKey } from '../../core/pins/object-pins.ts'
import type { ForwardContext } from '../forward/forward-context.ts'
import { deliveredUsage } from '../response/delivered-usage.ts'
import type { Usage } from '../response/read-usage.ts'

const less = (count: number | undefined, counted: number): number | undefined =>
  count === undefined ? undefined : Math.max(0, count - counted)

const restOf = (usage: Usage, { promptTokens, completionTokens }: CountedTokens): Usage => ({
  ...usage,
  promptTokens: less(usage.promptTokens, promptTokens),
  completionTokens: less(usage.completionTokens, completionTokens),
})

/** Of a response that was asked for, only what is not counted yet remains as its usage. */
function countAsked({ reader, request, options }: ForwardContext, objectId: string): PinKey | undefined {
  const usage = reader?.facts.usage
  if (reader === undefined || usage === undefined) return undefined
  const key = { blockId: request.routing.blockId, objectId }
  const awaited = options.objectPins.takeAwaited(key)
  reader.facts.usage = awaited && restOf(usage, awaited)
  return awaited && key
}

/** Of a new response, such as one in the background, it is remembered that its usage is not counted, or in part. */
function awaitUsage(context: ForwardContext, hasEnded: boolean): void {
  const { reader, request, options, bodyBytes } = context
  const { usage, isEstimated } = deliveredUsage(reader, hasEnded, bodyBytes)
  if (usage !== undefined && !isEstimated) return
  const counted = { promptTokens: usage?.promptTokens ?? 0, completionTokens: usage?.completionTokens ?? 0 }
  for (const objectId of reader?.facts.objectIds ?? [])
    options.objectPins.awaitUsage({ blockId: request.routing.blockId, objectId }, counted)
}

/**
 * Called before a response's usage is counted.
 * @param hasEnded - as of deliveredUsage.
 * @returns the object whose usage is counted now, though its response was made before.
 */
export function countOnce(context: ForwardContext, hasEnded: boolean): PinKey | undefined {
  const { api, objectId } = context.request
  if (api.pathObject !== undefined && objectId !== undefined) return countAsked(context, objectId)
  if (context.keptObjects > 0 && api.name === 'responses') awaitUsage(context, hasEnded)
  return undefined
}
