// Entity tags: hashes of configured objects. They leave out positions, timestamps and counters, so that moving nodes
// changes none and replicas agree. @see https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3
import { hash } from 'node:crypto'
import { digestSecret } from '../../config/secret-digest.ts'
import type {
  AliasConfig,
  BlockConfig,
  Configuration,
  EndpointConfig,
  GroupColor,
  NoteConfig,
  TokenConfig,
  Wire,
} from '../../core/state/configuration.ts'
import { previewSecret } from '../../core/secret-preview.ts'
import { memoizeByObject } from './memoize-by-object.ts'

const HASH_LENGTH = 32

/** @param text - everything that the tag depends on, starting with the kind of object. */
const etagOf = (text: string): string => `"${hash('sha256', text).slice(0, HASH_LENGTH)}"`

// A whole digest would allow offline guessing of the key by readers of the etag. Four hex digits detect nearly all changes.
const keyFingerprint = (apiKey: string): string =>
  `${previewSecret(apiKey)} ${digestSecret(apiKey).slice(0, 4)}`

export const endpointEtag = memoizeByObject(
  ({ posX: _x, posY: _y, createdAt: _c, updatedAt: _u, apiKey, ...fields }: EndpointConfig) =>
    etagOf(`endpoint ${JSON.stringify(fields)} ${keyFingerprint(apiKey)}`),
)

export const blockEtag = memoizeByObject(
  ({ posX: _x, posY: _y, createdAt: _c, updatedAt: _u, ...fields }: BlockConfig) =>
    etagOf(`block ${JSON.stringify(fields)}`),
)

// Digest and preview are left out: the value of a token never changes under one id.
export const tokenEtag = memoizeByObject(
  ({ posX: _x, posY: _y, createdAt: _c, updatedAt: _u, digest: _d, preview: _p, ...fields }: TokenConfig) =>
    etagOf(`token ${JSON.stringify(fields)}`),
)

export const aliasEtag = memoizeByObject(({ createdAt: _c, updatedAt: _u, ...fields }: AliasConfig) =>
  etagOf(`alias ${JSON.stringify(fields)}`),
)

export const noteEtag = memoizeByObject(
  ({ posX: _x, posY: _y, createdAt: _c, updatedAt: _u, ...fields }: NoteConfig) =>
    etagOf(`note ${JSON.stringify(fields)}`),
)

export const routingEtag = ({ settings }: Configuration): string =>
  etagOf(`routing ${settings.routingMode} ${settings.placement} ${settings.priorityInputTokenId}`)

const listEtag = <T extends object>(etagOfItem: (item: T) => string) =>
  memoizeByObject((items: readonly T[]) => etagOf(items.map(etagOfItem).join()))

const endpointsEtag = listEtag(endpointEtag)
const blocksEtag = listEtag(blockEtag)
const tokensEtag = listEtag(tokenEtag)
const aliasesEtag = listEtag(aliasEtag)
const notesEtag = listEtag(noteEtag)
const groupColorsEtag = memoizeByObject((groups: readonly GroupColor[]) => etagOf(JSON.stringify(groups)))
const wiresEtag = memoizeByObject((wires: readonly Wire[]) =>
  etagOf(wires.map(({ blockId, endpointId }) => `${blockId}/${endpointId}`).join()),
)

/** The etag of the whole configuration. */
export const stateEtag = (configuration: Configuration): string =>
  etagOf(
    [
      endpointsEtag(configuration.endpoints),
      blocksEtag(configuration.blocks),
      tokensEtag(configuration.tokens),
      aliasesEtag(configuration.aliases),
      notesEtag(configuration.notes),
      groupColorsEtag(configuration.groupColors),
      wiresEtag(configuration.wires),
      routingEtag(configuration),
    ].join(),
  )
