/** Starts the admin page. */
import { mount } from '../ui/mount.tsx'
import { App } from './app.tsx'

mount(<App />)
