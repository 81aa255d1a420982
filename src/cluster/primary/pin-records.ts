// What a new worker is told of the pins of objects.
import type { ObjectPin } from '../../core/pins/object-pins.ts'
import type { SharedRecord } from '../shared-record.ts'

/** @param pins - the least recently used first. */
export const pinRecords = (pins: readonly ObjectPin[]): SharedRecord[] =>
  pins.flatMap(({ blockId, objectId, endpointId, countedSoFar: counted }): SharedRecord[] => {
    const key = { blockId, objectId }
    const pin = { type: 'pin', key, endpointId } as const
    return counted === undefined ? [pin] : [pin, { type: 'usage awaited', key, counted }]
  })
