// Legacy completions as vLLM writes them.
import { closingMembers, DONE, wholeMembers, type FormatContext, type EventStream } from './format.ts'
import { allPieces } from './generated-text.ts'
import { completionLogprobs } from './logprobs.ts'

const head = ({ id, created, request, settings }: FormatContext): string =>
  `{"id":"cmpl-${id}","object":"text_completion","created":${created},` +
  `"model":${JSON.stringify(request.model)},"system_fingerprint":${JSON.stringify(settings.name)},"choices":[`

const choice = (jsonText: string, logprobs: string, finish: string): string =>
  `{"index":0,"text":${jsonText},"logprobs":${logprobs},"finish_reason":${finish},"stop_reason":null}]`

export function completionEvents(context: FormatContext): EventStream {
  const start = `data: ${head(context)}`
  const { generated, request, settings } = context
  let sentCharacters = 0
  return {
    opening: [],
    piece(jsonPiece) {
      const logprobs = completionLogprobs([jsonPiece], request.topLogprobs, sentCharacters)
      if (request.topLogprobs !== undefined) sentCharacters += (JSON.parse(jsonPiece) as string).length
      return `${start}${choice(jsonPiece, logprobs, 'null')}}\n\n`
    },
    closing() {
      const { finish, usage } = closingMembers(
        context,
        settings.usageOnFinish || settings.completionUsageOnFinish,
      )
      return [
        `${start}${choice('""', 'null', `"${generated.finish}"`)}${finish}}\n\n`,
        ...(usage === undefined ? [] : [`${start}]${usage}}\n\n`]),
        DONE,
      ]
    },
  }
}

export function completionBody(context: FormatContext): string {
  const { generated, request } = context
  const pieces = request.topLogprobs === undefined ? [] : allPieces(generated)
  const logprobs = completionLogprobs(pieces, request.topLogprobs)
  const text = JSON.stringify(generated.text())
  return `${head(context)}${choice(text, logprobs, `"${generated.finish}"`)}${wholeMembers(context)}}`
}
