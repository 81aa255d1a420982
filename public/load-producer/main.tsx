/** Entry of the page: creates its state and mounts it. */
import { mount } from '../ui/page/mount.tsx'
import { App } from './app.tsx'
import { createPage } from './state/page.tsx'

mount(<App page={createPage()} />)
