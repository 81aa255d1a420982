/** Where a URL leads, short: `localhost:8090/v1`. */
export function shortenUrl(url: string): string {
  const parsed = URL.parse(url)
  return parsed === null ? url : `${parsed.host}${parsed.pathname.replace(/\/$/, '')}`
}
