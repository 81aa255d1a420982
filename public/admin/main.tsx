/** Starts the admin page. */
import '../ui/page/disable-zod-jit.ts'
import { mount } from '../ui/page/mount.tsx'
import { App } from './app.tsx'
import { createPage, PageContext } from './state/page/page.tsx'

const page = createPage()
mount(
  <PageContext value={page}>
    <App />
  </PageContext>,
)
