/** Shows all components of public/ui on one page. */
import { mount } from '../../../../public/ui/page/mount.tsx'
import { Charts } from './charts.tsx'
import { Controls } from './controls.tsx'
import { Display } from './display.tsx'
import styles from './gallery.module.css'
import { Overlays } from './overlays.tsx'

function Gallery() {
  return (
    <main className={styles.gallery}>
      <h1>Gallery</h1>
      <Controls />
      <Overlays />
      <Display />
      <Charts />
    </main>
  )
}

mount(<Gallery />)
