import { totalmem } from 'node:os'
import { expect, it } from 'vitest'
import { bodyMemoryOf } from '../../src/app/parts/build-data-plane.ts'
import { defaultBodyMemory } from '../../src/config/default-body-memory.ts'
import { readConfig } from '../../src/config/read-config.ts'

const MIB = 1_048_576

it.each([
  ['in a container of 512 MiB', 512 * MIB, 16_384 * MIB, 128 * MIB],
  ['where nothing limits the process', 0, 8_192 * MIB, 2_048 * MIB],
  ['where the limit is beyond the machine', 2 ** 63, 8_192 * MIB, 2_048 * MIB],
])('bodies may take a quarter of the memory %s', (_where, limit, present, quarter) => {
  expect(defaultBodyMemory(limit, present)).toBe(quarter)
})

it('asks the process for its limit, and the machine', () => {
  const limit = process.constrainedMemory() || Infinity
  expect(defaultBodyMemory()).toBe(Math.floor(Math.min(limit, totalmem()) / 4))
})

it('is what bodies may take unless configured otherwise, and processes that serve clients share it', () => {
  expect(bodyMemoryOf(readConfig({}))).toBe(defaultBodyMemory())
  expect(bodyMemoryOf(readConfig({ LB_MAX_BODY_MEMORY_BYTES: '1000' }), 3)).toBe(334)
})
