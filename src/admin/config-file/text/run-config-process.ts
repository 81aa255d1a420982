// The code of the process of config-reader.ts: runs one task and ends.
import { writeFileSync } from 'node:fs'
import { isGatewayError } from '../../../core/gateway-error.ts'
import { runConfigTask, type ConfigTask, type ConfigTaskReply } from './config-task.ts'

function run(task: ConfigTask): ConfigTaskReply {
  try {
    return { result: runConfigTask(task) }
  } catch (error) {
    if (!isGatewayError(error)) throw error
    const { code, message, errors = [] } = error
    return { refusal: { code, message, errors } }
  }
}

/** Where memory runs out, the system ends this process before the daemon. Only Linux has the file. */
function offerToEnd(): void {
  try {
    writeFileSync('/proc/self/oom_score_adj', '1000')
  } catch {
    // Without it the system ends the larger of the two.
  }
}

offerToEnd()
process.once('message', (task: ConfigTask) => {
  process.send?.(run(task), () => process.disconnect())
})
