// The error body: RFC 9457 problem details, with OpenAI's `error` object or Ollama's `error` text on proxy routes.
import { z } from 'zod'

const fieldError = z.object({
  pointer: z.string().meta({ description: 'JSON pointer (RFC 6901) to the bad field.' }),
  detail: z.string(),
  line: z.int().optional().meta({ description: 'Of the configuration file, from 1.' }),
})
export type FieldError = z.infer<typeof fieldError>

const openaiError = z.object({
  message: z.string(),
  type: z.string(),
  param: z.string().nullable(),
  code: z.string(),
})
export type OpenaiError = z.infer<typeof openaiError>

export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string().meta({ description: 'LB_ERR_* code.' }),
    request_id: z.string(),
    errors: z.array(fieldError).optional(),
    current: z.unknown().optional().meta({
      description: 'Of LB_ERR_PRECONDITION: the object as it is now, null where it is not there.',
    }),
    error: openaiError.or(z.string()).optional().meta({ description: 'A text on routes of Ollama’s API.' }),
  })
  .meta({ id: 'Problem' })
export type Problem = z.infer<typeof problem>
