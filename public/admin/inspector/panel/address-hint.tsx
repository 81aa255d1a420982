/** A proposal below the field of an address: one press fills it in. */
import { Button } from '../../../ui/buttons/button.tsx'
import { addressProposal } from './address-proposal.ts'

interface AddressHintProps {
  readonly address: string
  /** Of the last test of this address; undefined before one. */
  readonly status: number | null | undefined
  readonly onTake: (address: string) => void
  /** Shown where there is nothing to propose. */
  readonly otherwise: string
}

export function AddressHint({ address, status, onTake, otherwise }: AddressHintProps) {
  const proposal = addressProposal(address, status)
  if (proposal === undefined) return otherwise
  return (
    <>
      Did you mean{' '}
      <Button size="small" variant="quiet" onClick={() => onTake(proposal)}>
        {proposal}
      </Button>
      ?
    </>
  )
}
