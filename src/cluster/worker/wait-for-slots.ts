// Where no request may wait in the queue, one still waits for a slot that another worker does not use.
import type { Admission } from '../../core/queue/admission.ts'

/** How long a request waits: some times what it takes to withdraw a slot from one worker and to grant it to another. */
export const SLOT_WAIT_MS = 250
/** Requests that may wait so at once, in each worker. */
export const MAX_SLOT_WAITS = 1_024

/** @param admission - whose queue has that timeout and bound. @returns one that then refuses as an admission without a queue. */
export const waitForSlots = (admission: Admission): Admission => ({
  ...admission,
  admit(request, tried, listener) {
    const admitNow = () => admission.admit(request, tried, undefined)
    // After a failure its response is better than a wait that may be in vain.
    if (tried.length > 0) return admitNow()
    const result = admission.admit(
      request,
      tried,
      listener && {
        onLease: listener.onLease,
        onRefusal(refusal) {
          const last = refusal.code === 'LB_ERR_QUEUE_TIMEOUT' ? admitNow() : { refusal }
          if ('lease' in last) listener.onLease(last.lease)
          else listener.onRefusal('refusal' in last ? last.refusal : refusal)
        },
      },
    )
    return 'refusal' in result && result.refusal.code === 'LB_ERR_QUEUE_FULL' ? admitNow() : result
  },
})
