// Keeps what an engine adds to the usage event that the client must not get, such as llama.cpp's `timings`. Asked without
// usage, these engines put it into the event that ends the choice, and there it goes if that event is still at hand. If it
// has been sent, an event of its own follows, with one choice that has no text: many clients read `choices[0]` unchecked.
import { listMembers, type Member } from '../json/json-members.ts'

export interface WithheldUsage {
  /** The members that are no part of the usage, as JSON text by key. Never empty. */
  readonly added: ReadonlyMap<string, string>
  /** The event for a client that has been sent all events before it. */
  readonly ownEvent: () => Buffer
}

// What every chunk has; `obfuscation` pads its own event only.
const COMMON = new Set([
  'id',
  'object',
  'created',
  'model',
  'choices',
  'usage',
  'system_fingerprint',
  'service_tier',
  'obfuscation',
])

const emptyChoice = (isCompletion: boolean): string =>
  `[{"index":0,${isCompletion ? '"text":""' : '"delta":{}'},"logprobs":null,"finish_reason":null}]`

/** White space of several data lines must not end the line. */
const onOneLine = (json: string): string => json.replaceAll(/[\r\n]/g, ' ')

/** @param data - the JSON of an event that holds nothing but usage. @returns undefined where there is nothing to keep. */
export function readWithheldUsage(data: Buffer): WithheldUsage | undefined {
  const members = listMembers(data)?.members ?? []
  const valueOf = ({ valueStart, valueEnd }: Member): string =>
    onOneLine(data.toString('utf8', valueStart, valueEnd))
  const added = new Map<string, string>()
  for (const member of members) {
    const value = COMMON.has(member.key) ? 'null' : valueOf(member)
    if (value !== 'null') added.set(member.key, value)
  }
  if (added.size === 0) return undefined
  return {
    added,
    ownEvent() {
      const isCompletion = members.some(
        (member) => member.key === 'object' && valueOf(member) === '"text_completion"',
      )
      const kept = members.filter(({ key }) => key !== 'usage')
      const texts = kept.map((member) => {
        const value = member.key === 'choices' ? emptyChoice(isCompletion) : valueOf(member)
        return `${JSON.stringify(member.key)}:${value}`
      })
      return Buffer.from(`data: {${texts.join(',')}}\n\n`)
    },
  }
}

const CLOSE_BRACE = 0x7d

/** @param event - one complete event whose data is one JSON object on one line. @returns the event with the members added. */
export function addMembers(event: Buffer, added: WithheldUsage['added']): Buffer {
  const close = event.lastIndexOf(CLOSE_BRACE)
  const known = new Set(listMembers(event, event.indexOf('{'), close + 1)?.members.map(({ key }) => key))
  const texts = [...added].filter(([key]) => !known.has(key))
  const text = texts.map(([key, value]) => `,${JSON.stringify(key)}:${value}`).join('')
  return Buffer.concat([event.subarray(0, close), Buffer.from(text), event.subarray(close)])
}
