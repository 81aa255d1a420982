/** Shows an error message in place of a part of the page that threw while rendering; the rest stays usable. */
/* oxlint-disable max-classes-per-file -- React supports error boundaries only as classes */
import { Component, type ReactNode } from 'react'
import { Button } from '../buttons/button.tsx'
import styles from './error-boundary.module.css'

interface ErrorBoundaryProps {
  /** Name of the part, as start of a sentence: `The inspector`. */
  readonly what: string
  readonly children: ReactNode
}

interface ErrorBoundaryState {
  readonly fault: Error | undefined
}

export class ErrorBoundary extends Component<ErrorBoundaryProps, ErrorBoundaryState> {
  override state: ErrorBoundaryState = { fault: undefined }

  static getDerivedStateFromError(fault: Error): ErrorBoundaryState {
    return { fault }
  }

  override render(): ReactNode {
    const { fault } = this.state
    if (fault === undefined) return this.props.children
    return (
      <div role="alert" className={styles.fault}>
        <p>{this.props.what} has failed. The rest of the page goes on.</p>
        <code>{fault.message}</code>
        <Button onClick={() => location.reload()}>Load the page anew</Button>
      </div>
    )
  }
}
