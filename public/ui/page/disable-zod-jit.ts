/** Disables code generation in zod, which the content security policy forbids. Must be imported before any schema. */
import { config } from 'zod/v4/core'

config({ jitless: true })
