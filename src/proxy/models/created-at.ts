// When a model was created, as far as its backend tells.
import type { Model } from '../../core/models/served-models.ts'

const MAX_SECONDS = 8.64e12

const isTime = (seconds: unknown): seconds is number =>
  typeof seconds === 'number' && Math.abs(seconds) <= MAX_SECONDS

/** @returns a time after RFC 3339; the epoch where it is not known. */
export function createdAt({ created, created_at: given }: Model): string {
  if (typeof given === 'string') return given
  return new Date(isTime(created) ? created * 1000 : 0).toISOString()
}
