// Ollama's own chats and texts: an object, or one a line whose last has the counts.
import type { EventStream, FormatContext } from '../format.ts'

interface Call {
  /** The member that has the text, as JSON. @param jsonText - a JSON string literal. */
  text(jsonText: string): string
  /** The member that calls the request's function. @param jsonText - its arguments, as the text of JSON. */
  tool(name: string, jsonText: string): string
}

const NANOSECONDS_PER_MS = 1_000_000

const chat: Call = {
  text: (jsonText) => `"message":{"role":"assistant","content":${jsonText}}`,
  tool: (name, jsonText) => {
    const call = { function: { name, arguments: readArguments(jsonText) } }
    return `"message":{"role":"assistant","content":"","tool_calls":[${JSON.stringify(call)}]}`
  },
}

const generate: Call = {
  text: (jsonText) => `"response":${jsonText}`,
  tool: (_name, jsonText) => generate.text(JSON.stringify(jsonText)),
}

/** @param json - may be cut by `num_predict`. */
function readArguments(json: string): unknown {
  try {
    return JSON.parse(json) as unknown
  } catch {
    return {}
  }
}

const head = ({ created, request }: FormatContext): string =>
  `{"model":${JSON.stringify(request.model)},"created_at":"${new Date(created * 1000).toISOString()}"`

/** The members of the last object, from the configured pace. */
function counts({ request, generated, settings }: FormatContext): string {
  const promptNs = settings.ttftMs * NANOSECONDS_PER_MS
  const evalNs =
    settings.tokensPerSecond === 0 ? 0 : Math.round((generated.length * 1e9) / settings.tokensPerSecond)
  return (
    `"done":true,"done_reason":"${generated.finish === 'length' ? 'length' : 'stop'}",` +
    `"total_duration":${promptNs + evalNs},"load_duration":0,` +
    `"prompt_eval_count":${request.promptTokens},"prompt_eval_duration":${promptNs},` +
    `"eval_count":${generated.length},"eval_duration":${evalNs}`
  )
}

/** A function is called in one line, however long its arguments are. */
const linesOf =
  (call: Call) =>
  (context: FormatContext): EventStream => {
    const { generated, request } = context
    const start = head(context)
    const line = (member: string): string => `${start},${member},"done":false}\n`
    return {
      opening: [],
      piece: (jsonPiece) => (request.tool === undefined ? line(call.text(jsonPiece)) : ''),
      closing: () => [
        ...(request.tool === undefined ? [] : [line(call.tool(request.tool, generated.text()))]),
        `${start},${call.text('""')},${counts(context)}}\n`,
      ],
    }
  }

const bodyOf =
  (call: Call) =>
  (context: FormatContext): string => {
    const { generated, request } = context
    const text = generated.text()
    const member =
      request.tool === undefined ? call.text(JSON.stringify(text)) : call.tool(request.tool, text)
    return `${head(context)},${member},${counts(context)}}`
  }

export const ollamaChat = { events: linesOf(chat), body: bodyOf(chat) }
export const ollamaGenerate = { events: linesOf(generate), body: bodyOf(generate) }
