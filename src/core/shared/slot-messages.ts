// What the primary process and its workers tell each other of the slots of an endpoint. Values are absolute, so a message may be
// repeated, and one that is older than what is known is ignored.

/** From the primary to a worker. */
export interface SlotGrant {
  readonly endpointId: number
  /** Ascending over all grants of a primary. */
  readonly seq: number
  /** Slots that the worker may have taken at once. Those that are taken beyond it stay taken. */
  readonly capacity: number
  /**
   * The room is for one request: once that has taken its slot the capacity is 0, so the slot goes back to the primary
   * when the request ends.
   */
  readonly isSingle: boolean
}

/** From a worker to the primary. A later report replaces one that has not been sent yet. */
export interface SlotReport {
  readonly endpointId: number
  /** Ascending over all reports of a worker. */
  readonly seq: number
  /** The `seq` of the last grant that is applied; 0 before the first. */
  readonly grantSeq: number
  /** The `seq` of the last single grant whose room has been taken; 0 where none has. */
  readonly takenSeq: number
  readonly capacity: number
  readonly inflight: number
  /** Requests that wait for the endpoint; 0 while it has room here, since they wait for something else then. */
  readonly waiting: number
  /** Whether one of them is of a client token that has had less than the share that it is guaranteed. */
  readonly isOwed: boolean
}
