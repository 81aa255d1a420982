// Runs the slowest test files first, so that no worker is left with a long one at the end.
import { relative } from 'node:path'
import {
  BaseSequencer,
  type TestSequencerConstructor,
  type TestSpecification,
  type Vitest,
} from 'vitest/node'

/** The files that take longest, below test/, the slowest first. The others follow as Vitest sorts them. */
const SLOWEST = [
  'public/load-producer/arrivals.test.ts',
  'public/admin/canvas/keyboard.test.ts',
  'end-to-end/process/config.test.ts',
  'public/ui/gallery.test.ts',
  'containers/images.test.ts',
  'public/admin/inspector/drafts.test.ts',
  'end-to-end/process/start.test.ts',
  'public/admin/palette/palette.test.ts',
  'public/admin/shell/connection-dot.test.ts',
  'public/admin/outline/outline.test.ts',
  'public/admin/canvas/large.test.ts',
  'end-to-end/process/drain.test.ts',
  'public/admin/access.test.ts',
  'public/load-producer/large-run.test.ts',
  'public/admin/canvas/live.test.ts',
  'public/load-producer/run.test.ts',
  'public/admin/session/sign-in.test.ts',
  'public/admin/shell/address.test.ts',
  'public/admin/canvas/interaction.test.ts',
  'public/admin/canvas/undo-kinds.test.ts',
  'public/admin/inspector/inspector.test.ts',
  'public/load-producer/persistence.test.ts',
  'public/load-producer/figures.test.ts',
  'public/admin/canvas/view.test.ts',
  'public/admin/canvas/figures.test.ts',
  'public/load-producer/cards.test.ts',
  'proxy/forward/upstream-faults-http.test.ts',
  'public/admin/canvas/moving.test.ts',
  'public/admin/canvas/drawing.test.ts',
  'public/load-producer/files.test.ts',
  'end-to-end/routing/failover.test.ts',
]

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
