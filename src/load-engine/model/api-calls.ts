/** The calls that a card can make: their names for people, their paths, and which of a card's fields they use. */

export const apiCalls = {
  chat: { label: 'Chat completions', path: '/chat/completions', writesText: true },
  completions: { label: 'Completions', path: '/completions', writesText: true },
  responses: { label: 'Responses', path: '/responses', writesText: true },
  messages: { label: 'Messages', path: '/messages', writesText: true },
  embeddings: { label: 'Embeddings', path: '/embeddings', writesText: false },
  rerank: { label: 'Rerank', path: '/rerank', writesText: false },
} as const satisfies Readonly<Record<string, ApiCallFacts>>

interface ApiCallFacts {
  readonly label: string
  /** Follows the base URL. */
  readonly path: string
  /** Whether the model writes a text, which may be a stream; a system prompt and limits of the text exist only there. */
  readonly writesText: boolean
}

export type ApiCallName = keyof typeof apiCalls
export const apiCallNames = Object.keys(apiCalls) as ApiCallName[]

/** The path of one call may be the end of another's. */
const paths = apiCallNames.map((name) => apiCalls[name].path).sort((a, b) => b.length - a.length)

/** @param url - a base URL, or the URL of a call. @returns the base URL. */
export function baseOf(url: string): string {
  const bare = url.replace(/(?<!\/)\/+$/, '')
  const path = paths.find((one) => bare.endsWith(one))
  return path === undefined ? bare : bare.slice(0, -path.length)
}

interface Target {
  readonly call: ApiCallName
  readonly url: string
  readonly stream: boolean
}

export const urlOf = ({ call, url }: Target): string => baseOf(url) + apiCalls[call].path

/** Whether the response is to be a stream. */
export const isStream = ({ call, stream }: Target): boolean => stream && apiCalls[call].writesText
