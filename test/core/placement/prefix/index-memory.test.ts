import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it, vi } from 'vitest'
import { createPlacer } from '../../../../src/core/placement/placer.ts'
import { BYTES_PER_BLOCK } from '../../../../src/core/placement/prefix/block-table.ts'
import { configuration, endpointConfig, gatewayState } from '../../../support/gateway/gateway-fixture.ts'

const MIB = 2 ** 20
const ENDPOINTS = 8
/** The table of the prompts' last holders, which does not grow. */
const HOLDERS_BYTES = 65_536 * 3 * 4

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

function heldBytes(): number {
  collect()
  return process.memoryUsage().arrayBuffers
}

it('the index of all endpoints together stays within its memory under ten million distinct blocks', async () => {
  const ids = Array.from({ length: ENDPOINTS }, (_, index) => index + 1)
  const state = gatewayState(configuration(ids.map((id) => endpointConfig(id))), () => 0)
  const indexBytes = 4 * MIB
  // Backends that hold more than there is memory for.
  const options = { indexBytes, cacheTokens: 1e9 }
  const placer = createPlacer({ clock: () => 0, endpoints: () => ENDPOINTS, ...options })
  const blocks = new Int32Array(2 * 1_000)
  const before = heldBytes()
  for (let round = 0; round < 10_000; round += 1) {
    for (let at = 0; at < blocks.length; at += 2) {
      blocks[at] = Math.imul(round + 1, 0x9e3779b1) ^ at
      blocks[at + 1] = Math.imul(round * 1_000 + at, 0x85ebca6b)
    }
    placer.noteHeld(state.endpoint((round % ENDPOINTS) + 1), blocks)
  }
  const held = ids.reduce((sum, id) => sum + state.endpoint(id).prefix.size(), 0)
  expect(held * BYTES_PER_BLOCK).toBeGreaterThan(0.99 * indexBytes)
  // What a collection finds is given back by another thread.
  await vi.waitFor(() => expect(heldBytes() - before).toBeLessThanOrEqual(indexBytes + HOLDERS_BYTES), {
    timeout: 50_000,
  })
})
