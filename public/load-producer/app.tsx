/** The Load Producer. */
export function App() {
  return <h1>Load Producer</h1>
}
