/** Profiles on the Load Producer's own server, at /data/, where it keeps some. */
import * as z from 'zod/mini'
import { parseFile, profileSchema, type Profile } from '../model/profile.ts'
import { isServedByBalancer } from '../state/card.ts'
import { fileName } from '../files/download.ts'

const entries = z.array(z.looseObject({ name: z.string() }))

/** The balancer itself keeps none. */
export const hasServerProfiles = (): boolean => !isServedByBalancer()

const pathOf = (name: string): string => `/data/${fileName(name, '.json')}`

/** Those that are sound; none where the server keeps none. */
export async function readServerProfiles(): Promise<Profile[]> {
  if (!hasServerProfiles()) return []
  const response = await fetch('/data/')
  if (!response.ok) return []
  const listed = z.safeParse(entries, await response.json())
  if (!listed.success) return []
  const read = async (name: string): Promise<Profile[]> => {
    const file = await fetch(`/data/${encodeURIComponent(name)}`)
    const checked = parseFile(profileSchema, file.ok ? await file.text() : '')
    return checked.ok ? [checked.value] : []
  }
  return (await Promise.all(listed.data.map(({ name }) => read(name)))).flat()
}

/** @returns what went wrong, undefined where nothing did. */
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
