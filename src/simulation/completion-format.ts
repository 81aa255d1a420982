// Legacy completions as vLLM writes them.
import { DONE, usageJson, type AnswerContext, type EventStream } from './answer-format.ts'

const head = (context: AnswerContext): string =>
  `{"id":"cmpl-${context.id}","object":"text_completion","created":${context.created},` +
  `"model":${JSON.stringify(context.model)},"system_fingerprint":${JSON.stringify(context.systemFingerprint)},"choices":[`

export function completionEvents(context: AnswerContext): EventStream {
  const start = `data: ${head(context)}`
  const beforePiece = `${start}{"index":0,"text":`
  const afterPiece = ',"logprobs":null,"finish_reason":null,"stop_reason":null}]}\n\n'
  const { answer, promptTokens } = context
  return {
    opening: [],
    piece: (jsonPiece) => beforePiece + jsonPiece + afterPiece,
    closing: () => [
      `${beforePiece}"","logprobs":null,"finish_reason":"${answer.finish}","stop_reason":null}]}\n\n`,
      ...(context.includeUsage ? [`${start}],"usage":${usageJson(promptTokens, answer.length)}}\n\n`] : []),
      DONE,
    ],
  }
}

export function completionBody(context: AnswerContext): string {
  const { answer, promptTokens } = context
  const choice =
    `{"index":0,"text":${JSON.stringify(answer.text())},"logprobs":null,` +
    `"finish_reason":"${answer.finish}","stop_reason":null}`
  return `${head(context)}${choice}],"usage":${usageJson(promptTokens, answer.length)}}`
}
