/** The line on an endpoint's card that says which models it serves. */
import { memo } from 'react'
import { useEndpointSummary } from '../../models/use-models.ts'
import { modelNames, modelWords } from '../../models/model-words.ts'
import styles from './endpoint-card.module.css'

export const EndpointModels = memo(function EndpointModels({ id }: { readonly id: number }) {
  const summary = useEndpointSummary(id)
  return (
    <span className={styles.models} title={summary && modelNames(summary)}>
      {/* Keeps its height while nothing is known. */}
      {summary === undefined ? '\u00a0' : modelWords(summary)}
    </span>
  )
})
