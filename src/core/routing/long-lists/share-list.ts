// Percentage mode over a long list of wires: what `quotaSharePolicy.select` finds by a walk, from orders and sums that are kept.
import type { LiveWire } from '../../state/endpoint-runtime.ts'
import type { EligibleWires } from '../policies/eligible-wires.ts'
import type { ListSelector } from '../policies/policy.ts'
import {
  comparePass,
  driftOf,
  effectivePass,
  isOverflow,
  leadTokens,
  limitLead,
  noteSelected,
  placeNewcomer,
  slackOf,
} from '../policies/share-rules.ts'
import { createShareGroup, type ShareGroup } from './share-group.ts'
import { NO_ENTRY } from './winner-tree.ts'

type IndexOf = EligibleWires['indexOf']

export function createShareList(wires: readonly LiveWire[], indexOf: IndexOf): ListSelector {
  const quotas = createShareGroup(wires, false)
  /** Few lists have such wires; undefined before the first. */
  let overflow: ShareGroup | undefined
  /** Which of the wires are candidates: 1, else 0. */
  const candidates = new Uint8Array(wires.length)

  const update = (index: number): void => {
    const isCandidate = candidates[index] === 1
    const wire = wires[index]
    if (wire && isOverflow(wire.endpoint)) overflow ??= createShareGroup(wires, true)
    quotas.update(index, isCandidate)
    overflow?.update(index, isCandidate)
  }

  /** Changes candidates in their order. @param change - returns whether it has changed the wire. */
  const changeCandidates = (change: (wire: LiveWire, index: number) => boolean): void => {
    for (const [index, wire] of wires.entries())
      if (candidates[index] === 1 && change(wire, index)) update(index)
  }

  const placeNewcomers = (level: number): void =>
    changeCandidates((wire, index) => {
      if (!quotas.isNewcomer(index) && !overflow?.isNewcomer(index)) return false
      placeNewcomer(wire, level)
      return true
    })

  /** Of the present selection. */
  let group = quotas
  let mostPass = 0
  const eligible: EligibleWires = {
    wires,
    has: (index) => group.isWithin(index, mostPass),
    next(from) {
      const index = group.next(from, mostPass)
      return index === NO_ENTRY ? wires.length : index
    },
    indexOf,
  }

  return {
    update(index, isCandidate) {
      candidates[index] = Number(isCandidate)
      update(index)
    },
    select(request, { estimate, pickFor }) {
      const pick = pickFor(request)
      const responseTokens = estimate.guess(request.measure, undefined)
      group = quotas.free() > 0 ? quotas : (overflow ?? quotas)
      if (group.free() === 0) return undefined
      if (group.newcomers() > 0) placeNewcomers(group.level())
      const lowest = wires[group.lowest()]
      if (lowest === undefined) return undefined
      const level = group.level()
      const sums = group.sums()
      const slack = slackOf(sums, responseTokens, request.session !== undefined)
      mostPass = effectivePass(lowest) + slack
      const selected = pick?.(eligible, request, comparePass) ?? lowest
      const drift = driftOf(sums, responseTokens, slack)
      const most = level + drift
      if (group.furthest(leadTokens(responseTokens), most) > most)
        changeCandidates((wire) => limitLead(wire, most, responseTokens))
      noteSelected(selected, level - drift)
      update(indexOf(selected.endpoint.config.id))
      return selected
    },
  }
}
