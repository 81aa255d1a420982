/** Whether the requests in flight of an endpoint end when it is disabled or deleted. */
import { Switch } from '../../ui/fields/switch.tsx'

interface EndRequestsSwitchProps {
  readonly checked: boolean
  readonly onChange: (checked: boolean) => void
}

export function EndRequestsSwitch(props: EndRequestsSwitchProps) {
  return (
    <Switch
      label="End the requests in flight"
      hint="Those without a response go on at other endpoints, streams end with an error. Otherwise all finish."
      {...props}
    />
  )
}
