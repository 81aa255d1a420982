// Exports the configuration as a file with stable order and format, without secrets and defaults.
import { Document, isMap, isNode } from 'yaml'
import type { ConfigFile } from '../../contract/config-file.ts'
import { clientTokenFields } from '../../contract/objects/client-token-fields.ts'
import { endpointFields } from '../../contract/objects/endpoint-fields.ts'
import type { Snapshot } from '../../core/state/configuration.ts'
import { blockForm, byName, endpointForm, routingForm, tokenForm } from './config-forms.ts'
import { fileDefaults } from './file-forms.ts'
import { findByName } from './find-by-name.ts'
import { posView } from '../gateway/position-routes.ts'

interface ExportOptions {
  /** Adds the positions of nodes on the canvas. */
  readonly withPositions: boolean
}

const HEAD = ` Configuration of the LLM Load Balancer.

 Compare and apply it with: load-balancer config diff|apply FILE
 A field that is not here has its default. A section that is not here is left as it is.
 Objects go by their names: another name means another object. The first incoming block takes
 the clients that have no client token.

 Left out are secrets, counters and positions. A key such as \${VLLM_A_API_KEY} is filled in from the
 environment of load-balancer config; unset, the key that is stored stays. A client token that is
 new gets its value when the file is applied, which is shown this once.`

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

/** Leaves out the fields whose values equal `defaults`. */
const withoutDefaults = <Form extends object>(form: Form, defaults: Partial<Form>): Form =>
  Object.fromEntries(
    Object.entries(form).filter(([key, value]) => !isSame(value, defaults[key as keyof Form])),
  ) as Form

/** The name of an environment variable for the key, distinct among endpoints. */
function keyName(name: string, taken: Set<string>): string {
  const words = name.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_')
  const base = `${/^[A-Z]/.test(words) ? '' : 'ENDPOINT_'}${words}_API_KEY`.replaceAll(/_+/g, '_')
  let free = base
  for (let number = 2; taken.has(free); number += 1) free = `${base}_${number}`
  taken.add(free)
  return free
}

function positions({ endpoints, blocks, tokens, settings }: Snapshot): ConfigFile['positions'] {
  const positionsOf = (objects: typeof endpoints | typeof blocks | typeof tokens) =>
    objects.map((object) => ({ name: object.name, ...posView(object) })).sort(byName)
  return {
    endpoints: positionsOf(endpoints),
    incoming_blocks: positionsOf(blocks),
    client_tokens: positionsOf(tokens),
    incoming: posView(settings.incomingPos),
  }
}

function content(snapshot: Snapshot, { withPositions }: ExportOptions): ConfigFile {
  const taken = new Set<string>()
  const [first, ...others] = snapshot.blocks.map(({ id }) => blockForm(snapshot, id))
  const file = {
    version: 1 as const,
    routing: withoutDefaults(routingForm(snapshot), { priority_input_token: null }),
    endpoints: snapshot.endpoints
      .map(endpointForm)
      .sort(byName)
      .map((form) => withoutDefaults(form, fileDefaults(endpointFields)))
      .map((form) => (form.api_key ? { ...form, api_key: `\${${keyName(form.name, taken)}}` } : form)),
    incoming_blocks: [...(first ? [first] : []), ...others.sort(byName)],
    client_tokens: snapshot.tokens
      .map((token) => tokenForm(snapshot, token))
      .sort(byName)
      .map((form) => withoutDefaults(form, fileDefaults(clientTokenFields))),
    ...(withPositions ? { positions: positions(snapshot) } : {}),
  }
  return file as unknown as ConfigFile
}

/** Equal configurations give equal text. Throws LB_ERR_CONFLICT if names are not distinct. */
export function exportConfig(snapshot: Snapshot, options: ExportOptions): string {
  for (const [kind, objects] of [
    ['incoming block', snapshot.blocks],
    ['client token', snapshot.tokens],
  ] as const) {
    const find = findByName(kind, objects)
    for (const { name } of objects) find(name)
  }
  const document = new Document(content(snapshot, options), {
    aliasDuplicateObjects: false,
    compat: 'yaml-1.1',
  })
  document.commentBefore = HEAD
  if (isMap(document.contents))
    for (const { key } of document.contents.items.slice(1)) if (isNode(key)) key.spaceBefore = true
  return document.toString({ lineWidth: 0 })
}
