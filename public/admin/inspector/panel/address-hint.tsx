/** A proposal below the field of an address that does not work: one press fills it in. */
import styles from './address-hint.module.css'
import { addressProposal } from './address-proposal.ts'

interface AddressHintProps {
  readonly address: string
  /** Whether an error stands at the field: what is being typed needs no proposal yet. */
  readonly isWrong: boolean
  /** Of the last test of this address; undefined before one. */
  readonly status: number | null | undefined
  readonly onTake: (address: string) => void
}

export function AddressHint({ address, isWrong, status, onTake }: AddressHintProps) {
  const proposal = isWrong || status !== undefined ? addressProposal(address, status) : undefined
  if (proposal === undefined) return 'Mostly ends in /v1.'
  return (
    <>
      Did you mean{' '}
      <button type="button" className={styles.proposal} onClick={() => onTake(proposal)}>
        {proposal}
      </button>
      ?
    </>
  )
}
