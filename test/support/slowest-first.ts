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
  'public/admin/palette/palette.test.ts',
  'end-to-end/workers/ends.test.ts',
  'public/load-producer/figures.test.ts',
  'public/load-producer/persistence.test.ts',
  'public/admin/shell/connection-dot.test.ts',
  'public/admin/every-view.test.ts',
  'public/admin/inspector/inspector.test.ts',
  'public/admin/inspector/drafts.test.ts',
  'public/load-producer/arrivals.test.ts',
  'public/admin/canvas/figures.test.ts',
  'public/admin/canvas/interaction.test.ts',
  'end-to-end/process/config.test.ts',
  'public/admin/canvas/live.test.ts',
  'public/admin/outline/outline.test.ts',
  'public/admin/canvas/undo-kinds.test.ts',
  'public/admin/inspector/models.test.ts',
  'public/admin/usage/usage-view.test.ts',
  'public/admin/messages.test.ts',
  'end-to-end/process/start.test.ts',
  'public/admin/first-run/first-run.test.ts',
  'public/admin/session/sign-in.test.ts',
  'end-to-end/workers/changes.test.ts',
  'public/ui/gallery.test.ts',
  'public/admin/models/models-view.test.ts',
  'end-to-end/workers/shares.test.ts',
  'public/admin/canvas/notes/notes.test.ts',
  'containers/images.test.ts',
  'public/admin/access.test.ts',
  'end-to-end/workers/killed-workers.test.ts',
  'end-to-end/process/crash.test.ts',
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
