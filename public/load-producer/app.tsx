/** The root component of the Load Producer. */
import { Shell } from './shell/shell.tsx'
import { PageContext, type Page } from './state/page.tsx'

export function App({ page }: { readonly page: Page }) {
  return (
    <PageContext value={page}>
      <Shell />
    </PageContext>
  )
}
