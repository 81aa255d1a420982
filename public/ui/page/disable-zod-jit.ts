/** Keeps zod from making code of text, which the page's policy refuses and reports. Imported before any schema. */
import { config } from 'zod/v4/core'

config({ jitless: true })
