/** Starts the Load Producer. */
import { mount } from '../ui/mount.tsx'
import { App } from './app.tsx'

mount(<App />)
