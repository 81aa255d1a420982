// The connections of a worker to the primary that serve one request after the other.
import { Agent } from 'node:http'
import { connectToPrimary } from './connect-to-primary.ts'

/** Keeps its connections: the primary never closes one that is idle, so that no request meets its end. */
export function createPrimaryAgent(socketPath: string): Agent {
  const agent = new Agent({ keepAlive: true })
  agent.createConnection = (_options, done) => {
    if (done) connectToPrimary(socketPath, done as Parameters<typeof connectToPrimary>[1])
    return undefined
  }
  return agent
}
