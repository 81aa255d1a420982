// Profiles saved on the Load Producer's server, under /data/.

/** The name of a saved profile, whose path is /data/NAME. */
export const PROFILE_NAME = /^[A-Za-z0-9_-]{1,64}\.json$/

export const MAX_PROFILE_BYTES = 1024 * 1024

/** One line of GET /data/. */
export interface ProfileEntry {
  readonly name: string
  readonly bytes: number
  /** ISO 8601 in UTC. */
  readonly modified_at: string
}
