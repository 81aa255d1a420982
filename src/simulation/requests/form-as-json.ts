// Reads a multipart form as if it were JSON: its fields as texts, its files by their name and size.
import type { IncomingMessage } from 'node:http'

const isForm = (type: string | undefined): type is string => /^multipart\/form-data\b/i.test(type ?? '')

type Entry = string | { readonly name: string; readonly size: number }

/** `image[]` is one of several images, and so is a second `image`. */
function add(fields: Record<string, Entry | Entry[]>, name: string, entry: Entry): void {
  const key = name.replace(/\[\]$/, '')
  const known = fields[key]
  fields[key] = known === undefined ? entry : [known, entry].flat()
}

/**
 * @param receive - called with the body as JSON; at once and with the body itself where it is no form, and with an empty one
 * where the form is not well-formed.
 */
export function readForm({ headers }: IncomingMessage, body: Buffer, receive: (body: Buffer) => void): void {
  const type = headers['content-type']
  if (!isForm(type)) return receive(body)
  const bytes = new Uint8Array(body)
  new Response(bytes, { headers: { 'content-type': type } }).formData().then(
    (form) => {
      const fields: Record<string, Entry | Entry[]> = {}
      for (const [name, value] of form)
        add(fields, name, typeof value === 'string' ? value : { name: value.name, size: value.size })
      receive(Buffer.from(JSON.stringify(fields)))
    },
    () => receive(Buffer.alloc(0)),
  )
}
