// Chat completions as vLLM writes them.
import { DONE, usageJson, type FormatContext, type EventStream } from './format.ts'

/** The JSON text of the members before `choices`, which every chunk repeats. */
const head = (context: FormatContext, object: string): string =>
  `{"id":"chatcmpl-${context.id}","object":"${object}","created":${context.created},` +
  `"model":${JSON.stringify(context.model)},"system_fingerprint":${JSON.stringify(context.systemFingerprint)},"choices":[`

export function chatEvents(context: FormatContext): EventStream {
  const start = `data: ${head(context, 'chat.completion.chunk')}`
  const beforePiece = `${start}{"index":0,"delta":{"content":`
  const afterPiece = '},"logprobs":null,"finish_reason":null}]}\n\n'
  const { generated, promptTokens } = context
  return {
    opening: [
      `${start}{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}]}\n\n`,
    ],
    piece: (jsonPiece) => beforePiece + jsonPiece + afterPiece,
    closing: () => [
      `${start}{"index":0,"delta":{},"logprobs":null,"finish_reason":"${generated.finish}","stop_reason":null}]}\n\n`,
      ...(context.includeUsage
        ? [`${start}],"usage":${usageJson(promptTokens, generated.length)}}\n\n`]
        : []),
      DONE,
    ],
  }
}

export function chatBody(context: FormatContext): string {
  const { generated, promptTokens } = context
  const message = `{"role":"assistant","content":${JSON.stringify(generated.text())},"refusal":null,"tool_calls":[]}`
  const choice = `{"index":0,"message":${message},"logprobs":null,"finish_reason":"${generated.finish}","stop_reason":null}`
  return `${head(context, 'chat.completion')}${choice}],"usage":${usageJson(promptTokens, generated.length)}}`
}
