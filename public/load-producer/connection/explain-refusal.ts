/** Asks the bridge why it refuses sockets, which a browser does not tell of a WebSocket. */

const FORBIDDEN = 403

/** @param url - of the socket. @returns undefined where the bridge gives no reason; never throws. */
export async function explainRefusal(url: string): Promise<string | undefined> {
  try {
    const response = await fetch(url.replace(/^ws/, 'http'))
    if (response.status !== FORBIDDEN) return undefined
    const { detail } = (await response.json()) as { readonly detail?: unknown }
    return typeof detail === 'string' ? detail : undefined
  } catch {
    return undefined
  }
}
