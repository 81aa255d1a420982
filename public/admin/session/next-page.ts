/** The page to open after the sign-in. */

// A fixed list prevents open redirects.
const PAGES = ['/load-producer/']

/** @param search - of the address, such as `?next=/load-producer/` */
export function nextPage(search: string): string | undefined {
  const next = new URLSearchParams(search).get('next')
  return PAGES.find((page) => page === next)
}
