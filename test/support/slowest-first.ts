// Runs the slowest test files first, so that no worker is left with a long one at the end.
import { relative } from 'node:path'
import {
  BaseSequencer,
  type TestSequencerConstructor,
  type TestSpecification,
  type Vitest,
} from 'vitest/node'

/** Measured on two quiet cores, the slowest first. The other files follow as Vitest sorts them. */
const SLOWEST = ['containers/images.test.ts', 'end-to-end/process/start.test.ts']

function createSequencer(vitest: Vitest) {
  const standard = new BaseSequencer(vitest)
  const rank = ({ moduleId }: TestSpecification): number => {
    const index = SLOWEST.indexOf(relative(`${vitest.config.root}/test`, moduleId))
    return index === -1 ? SLOWEST.length : index
  }
  return {
    shard: (files: TestSpecification[]) => standard.shard(files),
    sort: async (files: TestSpecification[]) =>
      (await standard.sort(files)).toSorted((left, right) => rank(left) - rank(right)),
  }
}

// Vitest calls it with `new`; a function that returns an object then does as well as a class.
export const SlowestFirst = function (vitest: Vitest) {
  return createSequencer(vitest)
} as unknown as TestSequencerConstructor
