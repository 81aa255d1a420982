/** Reads and writes profiles on the standalone server of the Load Producer, below /data/. */
import * as z from 'zod/mini'
import { parseFile, profileSchema, type Profile } from '../../../src/load-engine/model/profile.ts'
import { isServedByBalancer } from '../state/card.ts'
import { fileName } from '../files/file-name.ts'

const directoryListing = z.array(z.looseObject({ name: z.string() }))

/** False on pages that the balancer serves: it stores no profiles. */
export const hasServerProfiles = (): boolean => !isServedByBalancer()

const pathOf = (name: string): string => `/data/${fileName(name, '.json')}`

/** @returns the valid profiles; an empty list when the server stores none. */
export async function readServerProfiles(): Promise<Profile[]> {
  if (!hasServerProfiles()) return []
  const response = await fetch('/data/')
  if (!response.ok) return []
  const listing = z.safeParse(directoryListing, await response.json())
  if (!listing.success) return []
  const read = async (name: string): Promise<Profile[]> => {
    const file = await fetch(`/data/${encodeURIComponent(name)}`)
    const checked = parseFile(profileSchema, file.ok ? await file.text() : '')
    return checked.ok ? [checked.value] : []
  }
  return (await Promise.all(listing.data.map(({ name }) => read(name)))).flat()
}

/** @returns an error message as UI text; undefined on success. */
async function send(method: 'PUT' | 'DELETE', name: string, body?: string): Promise<string | undefined> {
  try {
    const response = await fetch(pathOf(name), {
      method,
      ...(body !== undefined && { body, headers: { 'content-type': 'application/json' } }),
    })
    return response.ok ? undefined : `The server answered ${response.status}`
  } catch {
    return 'The server did not answer'
  }
}

export const writeServerProfile = (profile: Profile): Promise<string | undefined> =>
  send('PUT', profile.name, JSON.stringify(profile))

export const deleteServerProfile = (name: string): Promise<string | undefined> => send('DELETE', name)
