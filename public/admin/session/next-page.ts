/** Where an operator goes on after signing in: back to the page of ours that asked for it. */

// A fixed list: whatever else a link may say, nobody is led elsewhere.
const PAGES = ['/load-producer/']

/** @param search - of the address, such as `?next=/load-producer/`. */
export function nextPage(search: string): string | undefined {
  const next = new URLSearchParams(search).get('next')
  return PAGES.find((page) => page === next)
}
