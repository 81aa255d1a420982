/** Whether open dialogs are out of sight for now, as while something more urgent is over the page; what they hold stays. */
import { createContext } from 'react'

export const DialogsHidden = createContext(false)
