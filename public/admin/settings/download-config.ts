/** The configuration as a file of the browser's downloads. */
import { saveFile } from '../../ui/save-file.ts'
import type { CallAdmin } from '../api/call-admin.ts'
import type { Runner } from '../state/use-run.ts'

const FILE_NAME = 'load-balancer.yaml'

export async function downloadConfig(
  call: CallAdmin,
  { attempt }: Pick<Runner, 'attempt'>,
  withPositions = false,
): Promise<void> {
  const yaml = await attempt(
    () => call<string>('GET', `/config?positions=${withPositions}`),
    `${FILE_NAME} is written`,
  )
  if (yaml !== undefined) saveFile(FILE_NAME, 'application/yaml', yaml)
}
