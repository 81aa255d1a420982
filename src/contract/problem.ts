// The error body: RFC 9457 problem details, with OpenAI's `error` object on proxy routes.
import { z } from 'zod'

const fieldError = z.object({
  pointer: z.string().meta({ description: 'JSON pointer (RFC 6901) to the bad field.' }),
  detail: z.string(),
  line: z.int().optional().meta({ description: 'Of the configuration file, from 1.' }),
})
export type FieldError = z.infer<typeof fieldError>

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
    error: z
      .object({
        message: z.string(),
        type: z.string(),
        param: z.string().nullable(),
        code: z.string(),
      })
      .optional(),
  })
  .meta({ id: 'Problem' })
export type Problem = z.infer<typeof problem>
