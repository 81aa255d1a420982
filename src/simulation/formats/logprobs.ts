// Log probabilities in the forms of chat and of completions. All tokens have the same, since no model is behind them.

const LOGPROB = -0.25

/** @param top - number of alternatives, all alike. */
export function chatLogprobs(jsonPieces: readonly string[], top: number | undefined): string {
  if (top === undefined) return 'null'
  const content = jsonPieces.map((jsonPiece) => {
    const token = JSON.parse(jsonPiece) as string
    const one = { token, logprob: LOGPROB, bytes: [...Buffer.from(token)] }
    return { ...one, top_logprobs: Array.from({ length: top }, () => one) }
  })
  return JSON.stringify({ content })
}

/** @param textOffset - characters of the response before the first piece. */
export function completionLogprobs(
  jsonPieces: readonly string[],
  top: number | undefined,
  textOffset = 0,
): string {
  if (top === undefined) return 'null'
  const tokens = jsonPieces.map((jsonPiece) => JSON.parse(jsonPiece) as string)
  let offset = textOffset
  const offsets = tokens.map((token) => (offset += token.length) - token.length)
  return JSON.stringify({
    tokens,
    token_logprobs: tokens.map(() => LOGPROB),
    top_logprobs: tokens.map((token) => (top === 0 ? {} : { [token]: LOGPROB })),
    text_offset: offsets,
  })
}
