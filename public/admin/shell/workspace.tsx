/** What a signed-in operator works in. */
export function Workspace() {
  return <h1>LLM Load Balancer</h1>
}
