// The code of the thread of config-reader.ts: runs one task and ends.
import { parentPort, workerData } from 'node:worker_threads'
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

parentPort?.postMessage(run(workerData as ConfigTask))
