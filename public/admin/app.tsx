/** The admin page. */
export function App() {
  return <h1>LLM Load Balancer</h1>
}
