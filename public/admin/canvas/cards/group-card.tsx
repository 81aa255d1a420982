/** A group of endpoints: folded a card with sums, unfolded a frame around its members. */
import { Handle, Position } from '@xyflow/react'
import { ChevronsDownUp, ChevronsUpDown } from 'lucide-react'
import { useMemo } from 'react'
import type { EndpointView } from '../../../../src/contract/endpoint.ts'
import { IconButton } from '../../../ui/buttons/icon-button.tsx'
import { count, rate } from '../../../ui/format/figures.ts'
import { joinClasses } from '../../../ui/styles/join-classes.ts'
import { ConditionDot } from '../../endpoint-condition/condition-dot.tsx'
import { useGateway } from '../../state/page/page.tsx'
import { useFolded } from '../graph/use-folding.ts'
import type { EndpointGroup } from '../model/fleet/endpoint-groups.ts'
import { memoCard } from './frame/memo-card.ts'
import frame from './frame/card-frame.module.css'
import handle from './frame/card-handle.module.css'
import { FarSummary } from './frame/far-summary.tsx'
import { FigureAge } from './frame/figure-age.tsx'
import card from './card.module.css'
import hue from './hue.module.css'
import { useGroupHue } from './use-group-hue.ts'
import { Figure } from './figure.tsx'
import styles from './group-card.module.css'
import { groupConditions, limitOf, sumOf, type GroupConditions } from './group-figures.ts'
import { useFigure, useFigures } from './use-figure.ts'

export const GroupCard = memoCard(function GroupCard({ id: key, selected }) {
  const { shown } = useFolded()
  const all = useGateway((state) => state.endpoints)
  const group = shown.groups.find((one) => one.key === key)
  const ids = group?.ids
  const members = useMemo(() => all?.filter(({ id }) => ids?.includes(id)) ?? [], [all, ids])
  const conditions = useFigures((live) => groupConditions(members, live))
  if (group === undefined) return null
  const isOpen = shown.open.has(key)
  const Shape = isOpen ? Frame : Folded
  return (
    <>
      <Handle
        type="target"
        position={Position.Left}
        className={joinClasses(handle.handle, styles.inlet)}
        isConnectableStart={false}
        aria-hidden="true"
      />
      <Shape group={group} members={members} conditions={conditions} selected={selected} />
    </>
  )
})

interface ShapeProps {
  readonly group: EndpointGroup
  readonly members: readonly EndpointView[]
  readonly conditions: GroupConditions
  readonly selected: boolean
}

function Folded({ group, members, conditions, selected }: ShapeProps) {
  const tokens = useFigure((live) => sumOf(members, live, 'tokens_per_second'))
  const inFlight = useFigure((live) => sumOf(members, live, 'inflight'))
  const most = limitOf(members)
  const { troubled, worst, serving } = conditions
  const [first, ...others] = troubled
  return (
    <div
      className={joinClasses(frame.card, styles.stack, hue.hue)}
      data-selected={selected || undefined}
      data-hue={useGroupHue(group.name)}
      data-condition={worst}
    >
      <div className={frame.near}>
        <div className={styles.head}>
          <Title group={group} size={members.length} />
          <FoldButton group={group} />
        </div>
        <div className={styles.figures}>
          <Figure caption="tok/s" value={rate(tokens)} />
          <Figure
            caption="in flight"
            value={count(inFlight)}
            of={most > 0 ? count(most) : undefined}
            full={most > 0 && inFlight >= most}
          />
          <Figure caption="serving" value={count(serving)} of={count(members.length)} />
        </div>
        <div className={styles.foot} title={troubled.join(', ') || undefined}>
          {first === undefined ? (
            <Counts conditions={conditions} />
          ) : (
            <>
              <ConditionDot condition={worst} />
              <span className={card.name}>{first}</span>
              <span className={styles.more}>
                {worst}
                {others.length > 0 && ` · ${others.length} more`}
              </span>
            </>
          )}
        </div>
      </div>
      <FigureAge />
      <FarSummary
        name={group.name}
        mark={<ConditionDot condition={worst} hidden />}
        detail={`${serving}/${members.length} · ${rate(tokens)} tok/s`}
      />
    </div>
  )
}

function Frame({ group, members, conditions, selected }: ShapeProps) {
  const tokens = useFigure((live) => sumOf(members, live, 'tokens_per_second'))
  return (
    <div
      className={joinClasses(styles.frame, hue.hue)}
      data-selected={selected || undefined}
      data-hue={useGroupHue(group.name)}
    >
      <div className={styles.bar}>
        <Title group={group} size={members.length} />
        <span className={styles.counts}>
          <Counts conditions={conditions} />
        </span>
        <span className={styles.sum}>{rate(tokens)} tok/s</span>
        <FigureAge className={styles.old} />
        <FoldButton group={group} isOpen />
      </div>
    </div>
  )
}

function Title({ group, size }: { readonly group: EndpointGroup; readonly size: number }) {
  return (
    <>
      <span className={styles.swatch} aria-hidden="true" />
      <span className={card.name} title={group.name}>
        {group.name}
      </span>
      <span className={card.pill} data-size>
        {size}
      </span>
    </>
  )
}

function Counts({ conditions: { counts } }: { readonly conditions: GroupConditions }) {
  return counts.map(([condition, number]) => (
    <span key={condition} className={styles.count}>
      <ConditionDot condition={condition} hidden />
      {number} {condition}
    </span>
  ))
}

function FoldButton({ group, isOpen = false }: { readonly group: EndpointGroup; readonly isOpen?: boolean }) {
  const { setOpen } = useFolded()
  return (
    <IconButton
      label={`${isOpen ? 'Fold' : 'Unfold'} the group ${group.name}`}
      icon={isOpen ? <ChevronsDownUp /> : <ChevronsUpDown />}
      size="small"
      className={joinClasses(styles.fold, 'nodrag')}
      aria-expanded={isOpen}
      onClick={(event) => {
        event.stopPropagation()
        setOpen([group.key], !isOpen)
      }}
    />
  )
}
