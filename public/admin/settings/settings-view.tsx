/** The settings view: configuration file, maintenance, theme. */
import { Segmented } from '../../ui/buttons/segmented.tsx'
import { setTheme, useTheme } from '../../ui/styles/theme.ts'
import { RoutingControl } from '../routing/routing-control.tsx'
import { ConfigExport } from './config-file/config-export.tsx'
import { ConfigImport } from './config-file/config-import.tsx'
import { Maintenance } from './maintenance.tsx'
import { SettingsPart } from './settings-part.tsx'
import styles from './settings-view.module.css'

const links = [
  { href: '/metrics', label: 'Metrics', hint: 'For Prometheus' },
  { href: '/health', label: 'Health', hint: 'State of the balancer, as JSON' },
  { href: '/admin/api/openapi.json', label: 'OpenAPI', hint: 'Every route of the admin API' },
]

const themeOptions = [
  { value: 'system', label: 'System' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
] as const

export function SettingsView() {
  const theme = useTheme()
  return (
    <section className={styles.view} aria-labelledby="settings-title">
      <h2 id="settings-title" className={styles.title}>
        Settings
      </h2>
      <SettingsPart
        title="Routing"
        hint="The mode says which endpoints may take a request, the placement which of these takes it. A block may have its own."
      >
        <RoutingControl />
      </SettingsPart>
      <ConfigExport />
      <ConfigImport />
      <Maintenance />
      <SettingsPart title="Appearance">
        <Segmented label="Theme" value={theme} options={themeOptions} onChange={setTheme} />
      </SettingsPart>
      <SettingsPart title="For machines">
        <ul className={styles.links}>
          {links.map(({ href, label, hint }) => (
            <li key={href}>
              <a href={href} target="_blank" rel="noreferrer">
                {label}
              </a>
              <span>{hint}</span>
            </li>
          ))}
        </ul>
      </SettingsPart>
    </section>
  )
}
