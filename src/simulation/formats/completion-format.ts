// Legacy completions as vLLM writes them.
import { DONE, usageJson, type FormatContext, type EventStream } from './format.ts'

const head = (context: FormatContext): string =>
  `{"id":"cmpl-${context.id}","object":"text_completion","created":${context.created},` +
  `"model":${JSON.stringify(context.model)},"system_fingerprint":${JSON.stringify(context.systemFingerprint)},"choices":[`

export function completionEvents(context: FormatContext): EventStream {
  const start = `data: ${head(context)}`
  const beforePiece = `${start}{"index":0,"text":`
  const afterPiece = ',"logprobs":null,"finish_reason":null,"stop_reason":null}]}\n\n'
  const { generated, promptTokens } = context
  return {
    opening: [],
    piece: (jsonPiece) => beforePiece + jsonPiece + afterPiece,
    closing: () => [
      `${beforePiece}"","logprobs":null,"finish_reason":"${generated.finish}","stop_reason":null}]}\n\n`,
      ...(context.includeUsage
        ? [`${start}],"usage":${usageJson(promptTokens, generated.length)}}\n\n`]
        : []),
      DONE,
    ],
  }
}

export function completionBody(context: FormatContext): string {
  const { generated, promptTokens } = context
  const choice =
    `{"index":0,"text":${JSON.stringify(generated.text())},"logprobs":null,` +
    `"finish_reason":"${generated.finish}","stop_reason":null}`
  return `${head(context)}${choice}],"usage":${usageJson(promptTokens, generated.length)}}`
}
