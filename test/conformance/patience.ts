// Waits with a limit, whose error names what was awaited.
import { setTimeout as delay } from 'node:timers/promises'

const POLL_MS = 50

export async function within<T>(promise: Promise<T>, what: string, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${ms} ms in vain for ${what}`)), ms)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Polls a condition that has no event. */
export async function poll(what: string, check: () => boolean | Promise<boolean>, ms: number): Promise<void> {
  for (const deadlineMs = Date.now() + ms; !(await check()); await delay(POLL_MS)) {
    if (Date.now() > deadlineMs) throw new Error(`waited ${ms} ms in vain for ${what}`)
  }
}
