// Chat completions as vLLM writes them.
import { closingMembers, DONE, wholeMembers, type FormatContext, type EventStream } from './format.ts'
import { allPieces } from './generated-text.ts'
import { chatLogprobs } from './logprobs.ts'

/** The JSON text of the members before `choices`, which every chunk repeats. */
const head = ({ id, created, request, settings }: FormatContext, object: string): string =>
  `{"id":"chatcmpl-${id}","object":"${object}","created":${created},` +
  `"model":${JSON.stringify(request.model)},"system_fingerprint":${JSON.stringify(settings.name)},"choices":[`

const toolCall = ({ id }: FormatContext, name: string, text: string): string =>
  `"id":"call_${id}","type":"function","function":{"name":${JSON.stringify(name)},"arguments":${text}}`

export function chatEvents(context: FormatContext): EventStream {
  const start = `data: ${head(context, 'chat.completion.chunk')}`
  const { generated, request } = context
  const delta = (fields: string, logprobs = 'null'): string =>
    `${start}{"index":0,"delta":{${fields}},"logprobs":${logprobs},"finish_reason":null}]}\n\n`
  const opening = [delta('"role":"assistant","content":""')]
  const [before, after] =
    request.tool === undefined
      ? ['"content":', '']
      : ['"tool_calls":[{"index":0,"function":{"arguments":', '}}]']
  if (request.tool !== undefined) {
    opening.push(delta(`"tool_calls":[{"index":0,${toolCall(context, request.tool, '""')}}]`))
  }
  const { topLogprobs } = request
  const [beforePiece = '', afterPiece = ''] = delta(`${before}\0${after}`).split('\0')
  return {
    opening,
    piece: (jsonPiece) =>
      topLogprobs === undefined
        ? beforePiece + jsonPiece + afterPiece
        : delta(before + jsonPiece + after, chatLogprobs([jsonPiece], topLogprobs)),
    closing() {
      const { finish, usage } = closingMembers(context)
      return [
        `${start}{"index":0,"delta":{},"logprobs":null,"finish_reason":"${generated.finish}","stop_reason":null}]${finish}}\n\n`,
        ...(usage === undefined ? [] : [`${start}]${usage}}\n\n`]),
        DONE,
      ]
    },
  }
}

export function chatBody(context: FormatContext): string {
  const { generated, request } = context
  const text = JSON.stringify(generated.text())
  const [content, calls] =
    request.tool === undefined ? [text, ''] : ['null', `{${toolCall(context, request.tool, text)}}`]
  const message = `{"role":"assistant","content":${content},"refusal":null,"tool_calls":[${calls}]}`
  const logprobs = chatLogprobs(
    request.topLogprobs === undefined ? [] : allPieces(generated),
    request.topLogprobs,
  )
  const choice = `{"index":0,"message":${message},"logprobs":${logprobs},"finish_reason":"${generated.finish}","stop_reason":null}`
  return `${head(context, 'chat.completion')}${choice}]${wholeMembers(context)}}`
}
