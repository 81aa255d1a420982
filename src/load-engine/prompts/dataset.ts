/** Reads a dataset of prompts: JSON lines, or a JSON list as ShareGPT is published. Every entry is checked by a schema. */
import * as z from 'zod/mini'
import { ENGINE_FILE_TOO_LARGE, MAX_ENGINE_FILE_BYTES } from '../../contract/load-engine.ts'
import type { FileResult } from '../file-library.ts'
import { check } from '../model/field-schemas.ts'
import type { Exchange } from '../calls/call.ts'

const MAX_ENTRIES = 50_000
const MAX_MESSAGES = 400
const MAX_CHARACTERS = 1_000_000

interface Conversation {
  readonly system: string
  /** At least one; a reply may be empty. */
  readonly exchanges: readonly Exchange[]
}

export interface Dataset {
  readonly conversations: number
  readonly turns: number
  /** @param index - may be any whole number from 0: after the last conversation comes the first. */
  conversation(index: number): Conversation
}

const content = z.string().check(z.maxLength(MAX_CHARACTERS))
const list = <Item extends z.ZodMiniType>(item: Item) =>
  z.array(item).check(z.minLength(1), z.maxLength(MAX_MESSAGES))

const entrySchema = z.union([
  z.looseObject({ conversations: list(z.looseObject({ from: z.string(), value: content })) }),
  z.looseObject({ messages: list(z.looseObject({ role: z.string(), content })) }),
  z.looseObject({ prompt: content, completion: z.optional(content) }),
])

const roles: Readonly<Record<string, 'user' | 'reply' | 'system'>> = {
  human: 'user',
  user: 'user',
  gpt: 'reply',
  assistant: 'reply',
  system: 'system',
}

/** Messages of other roles are left out. */
function toConversation(entry: z.infer<typeof entrySchema>): Conversation {
  if ('prompt' in entry && typeof entry.prompt === 'string')
    return {
      system: '',
      exchanges: [
        { user: entry.prompt, reply: typeof entry['completion'] === 'string' ? entry['completion'] : '' },
      ],
    }
  const messages =
    'conversations' in entry && Array.isArray(entry.conversations)
      ? entry.conversations.map(({ from, value }) => ({ role: String(from), content: String(value) }))
      : (entry as { messages: readonly { role: string; content: string }[] }).messages
  let system = ''
  const exchanges: { user: string; reply: string }[] = []
  for (const { role, content: said } of messages) {
    const kind = roles[role]
    const last = exchanges.at(-1)
    if (kind === 'system') system = said
    else if (kind === 'user') exchanges.push({ user: said, reply: '' })
    else if (kind === 'reply' && last) last.reply = said
  }
  return { system, exchanges: exchanges.filter(({ user }) => user.trim() !== '') }
}

function readEntries(text: string): { readonly name: string; readonly value: unknown }[] {
  const bare = text.replace(/^\uFEFF/, '').trim()
  if (bare.startsWith('[')) {
    const values: unknown = JSON.parse(bare)
    return (values as unknown[]).map((value, index) => ({ name: `Entry ${index + 1}`, value }))
  }
  return bare.split(/\r?\n/).flatMap((line, index) => {
    if (line.trim() === '') return []
    const name = `Line ${index + 1}`
    try {
      return [{ name, value: JSON.parse(line) as unknown }]
    } catch {
      throw new Error(`${name} is not JSON`)
    }
  })
}

export function readDataset(text: string): FileResult<Dataset> {
  const fail = (error: string): FileResult<Dataset> => ({ ok: false, error })
  let entries: ReturnType<typeof readEntries>
  try {
    entries = readEntries(text)
  } catch (error) {
    return fail(
      error instanceof Error && error.message.startsWith('Line') ? error.message : 'The file is not JSON',
    )
  }
  if (entries.length > MAX_ENTRIES) return fail(`The file has more than ${MAX_ENTRIES} entries`)
  const conversations: Conversation[] = []
  for (const { name, value } of entries) {
    const checked = check(entrySchema, value)
    if (!checked.ok) return fail(`${name} has no prompt, messages or conversations of texts`)
    const conversation = toConversation(checked.value)
    if (conversation.exchanges.length > 0) conversations.push(conversation)
  }
  const [first] = conversations
  if (first === undefined) return fail('The file holds no prompts')
  return {
    ok: true,
    content: {
      conversations: conversations.length,
      turns: conversations.reduce((sum, { exchanges }) => sum + exchanges.length, 0),
      conversation: (index) => conversations[index % conversations.length] ?? first,
    },
  }
}

export async function readDatasetFile(file: Blob): Promise<FileResult<Dataset>> {
  // Checked before the file is read into memory.
  if (file.size > MAX_ENGINE_FILE_BYTES) return { ok: false, error: ENGINE_FILE_TOO_LARGE }
  return readDataset(await file.text())
}
