/** Downloads the configuration as a file. */
import { saveFile } from '../../../ui/browser/save-file.ts'
import type { CallAdmin } from '../../api/call-admin.ts'
import type { CommandRunner } from '../../state/page/use-command-runner.ts'

const FILE_NAME = 'load-balancer.yaml'

export async function downloadConfig(
  call: CallAdmin,
  { attempt }: Pick<CommandRunner, 'attempt'>,
  withPositions = false,
): Promise<void> {
  const yaml = await attempt(
    () => call<string>('GET', `/config?positions=${withPositions}`),
    `${FILE_NAME} is written`,
  )
  if (yaml !== undefined) saveFile(FILE_NAME, 'application/yaml', yaml)
}
