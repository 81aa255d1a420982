// The URL by which this machine reaches a server that listens on it.

interface Listening {
  /** Addresses that mean all interfaces are reached on the loopback. */
  readonly host: string
  readonly port: number
}

/** Without a trailing slash. */
export function localUrl({ host, port }: Listening): string {
  const everywhere = host === '0.0.0.0' || host === '::'
  const name = everywhere ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host
  return `http://${name}:${port}`
}
