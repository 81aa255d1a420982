/** A context: true hides open dialogs while something more urgent covers the page. Their state is kept. */
import { createContext } from 'react'

export const DialogsHidden = createContext(false)
