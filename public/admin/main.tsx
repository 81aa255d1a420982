/** Starts the admin page. */
import '../ui/zod-without-eval.ts'
import { mount } from '../ui/mount.tsx'
import { App } from './app.tsx'
import { createPage, PageContext } from './state/page.tsx'

const page = createPage()
mount(
  <PageContext value={page}>
    <App />
  </PageContext>,
)
