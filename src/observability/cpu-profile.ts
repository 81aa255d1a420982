// Samples what this process executes.
import { Session } from 'node:inspector/promises'
import { setTimeout as delay } from 'node:timers/promises'

/** One at a time. @returns the content of a .cpuprofile file. */
export async function takeCpuProfile(seconds: number): Promise<string> {
  const session = new Session()
  session.connect()
  try {
    await session.post('Profiler.enable')
    await session.post('Profiler.start')
    await delay(seconds * 1000)
    const { profile } = await session.post('Profiler.stop')
    return JSON.stringify(profile)
  } finally {
    session.disconnect()
  }
}
