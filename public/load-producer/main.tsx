/** Starts the Load Producer. */
import { mount } from '../ui/page/mount.tsx'
import { App } from './app.tsx'
import { createPage } from './state/page.tsx'

mount(<App page={createPage()} />)
