// Reads an endpoint's model list.
import { z } from 'zod'
import type { ModelList } from '../../core/models/served-models.ts'

const modelList = z.object({ data: z.array(z.looseObject({ id: z.string() })) })

/** Bytes; a longer list is not read. */
export const MAX_LIST_BYTES = 4 * 1024 * 1024

/** @returns undefined where the body is not a model list. */
export function readModelList(body: Buffer): ModelList | undefined {
  try {
    return modelList.parse(JSON.parse(body.toString('utf8'))).data
  } catch {
    return undefined
  }
}
