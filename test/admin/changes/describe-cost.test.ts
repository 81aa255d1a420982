// What it costs to describe the objects of a change for the audit: no list is read once for each of them.
import { expect, it } from 'vitest'
import { describeBlock } from '../../../src/admin/blocks/block-view.ts'
import { describeEndpoint } from '../../../src/admin/endpoints/endpoint-view.ts'
import { describeAlias } from '../../../src/admin/models/alias-view.ts'
import { describeToken } from '../../../src/admin/tokens/token-view.ts'
import type { Configuration } from '../../../src/core/state/configuration.ts'
import {
  aliasConfig,
  blockConfig,
  configuration,
  endpointConfig,
  tokenConfig,
} from '../../support/gateway/gateway-fixture.ts'

const COUNT = 1_000
/** A search in a sorted list, and the fields of the object itself. */
const READS_PER_OBJECT = 100

const ids = Array.from({ length: COUNT }, (_, index) => index + 1)

it('describing every object of a large configuration reads each of them a few times', () => {
  let reads = 0
  const counted = <Item extends object>(items: readonly Item[]): Item[] =>
    items.map(
      (item) =>
        new Proxy(item, {
          get(target, key) {
            reads += 1
            return Reflect.get(target, key) as unknown
          },
        }),
    )
  const large: Configuration = {
    ...configuration([]),
    endpoints: counted(ids.map((id) => endpointConfig(id))),
    blocks: counted(ids.map((id) => blockConfig(id))),
    tokens: counted(ids.map((id) => tokenConfig(id, { blockId: id, preferredEndpointId: id }))),
    aliases: counted(ids.map((id) => aliasConfig(id, {}))),
    wires: counted(ids.map((id) => ({ blockId: id, endpointId: 1 + (id % COUNT) }))),
  }
  for (const describe of [describeEndpoint, describeBlock, describeToken, describeAlias])
    for (const id of ids) expect(describe(large, id)).not.toBeNull()
  expect(reads).toBeLessThan(4 * COUNT * READS_PER_OBJECT)
  expect(describeBlock(large, 7)).toMatchObject({ client_token_ids: [7], endpoint_ids: [8] })
  expect(describeEndpoint(large, 7)).toMatchObject({
    incoming_block_ids: [6],
    preferred_by_client_token_ids: [7],
  })
})
