// Writes the contents of a configuration file as YAML.
import { Document, isMap, isNode } from 'yaml'
import type { ConfigFile } from '../../../contract/config-file.ts'

const HEAD = ` Configuration of the LLM Load Balancer.

 Compare and apply it with: load-balancer config diff|apply FILE
 A field that is not here has its default. A section that is not here is left as it is.
 Objects go by their names: another name means another object. The first incoming block takes
 the clients that have no client token.

 Left out are secrets, counters and positions of cards. A key such as \${VLLM_A_API_KEY} is filled
 in from the environment of load-balancer config; unset, the key that is stored stays. A client
 token that is new gets its value when the file is applied, which is shown this once.`

/** Equal contents give equal text. */
export function renderConfig(content: ConfigFile): string {
  const document = new Document(content, { aliasDuplicateObjects: false, compat: 'yaml-1.1' })
  document.commentBefore = HEAD
  if (isMap(document.contents))
    for (const { key } of document.contents.items.slice(1)) if (isNode(key)) key.spaceBefore = true
  return document.toString({ lineWidth: 0 })
}
