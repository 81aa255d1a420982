/** Formats a URL as host and path: `localhost:8090/v1`. */
export function shortenUrl(url: string): string {
  const parsed = URL.parse(url)
  return parsed === null ? url : `${parsed.host}${parsed.pathname.replace(/\/$/, '')}`
}
