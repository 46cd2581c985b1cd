// Stretches of time that the system itself proposes to leave out of the adjusted figures: more calls
// than the seats can carry, or a part of the system that was lost. Only what lasted is proposed, with the
// evidence for the person who decides.
import type { QueueId } from './config.ts'
import type { ExclusionWindow } from './exclusion-windows.ts'
import type { LiveQueue } from './live.ts'
import { staffedOf } from './staffing.ts'

/** Calls waiting and in service, per staffed seat, above which the seats cannot carry them. */
export const OVER_CAPACITY_FACTOR = 1.5
/** Shorter than this is a ripple: of the load, and of a connection. */
const LASTING_MS = { over_capacity: 60_000, system_fault: 10_000 } as const
/** While it goes on, what is proposed grows this often. */
const GROWING_MS = 60_000

export interface Load {
  readonly waiting: number
  readonly inService: number
  readonly staffed: number
}

export type Cause =
  | { readonly reason: 'over_capacity'; readonly queueId: QueueId | null; readonly load: Load }
  /** `parts`: names of what is lost, as the health checks call them. */
  | { readonly reason: 'system_fault'; readonly queueId: null; readonly parts: readonly string[] }

interface Lasting {
  readonly since: number
  readonly proposedAt: number | null
  /** The heaviest load, or every part that was lost. */
  readonly worst: Cause
}

type Moment = Pick<LiveQueue, 'waiting' | 'agents'>

/** Causes that go on, by reason and queue. */
export type OpenCauses = ReadonlyMap<string, Lasting>

export type Proposal = Pick<
  ExclusionWindow,
  'reason' | 'queueId' | 'startsAt' | 'endsAt' | 'evidence'
>

/**
 * What is wrong at the moment. The whole hotline where that is over its capacity, otherwise single queues;
 * where nobody is staffed no seat can be overloaded.
 */
export function causesOf(
  hotline: Moment & { readonly queues: readonly (Moment & Pick<LiveQueue, 'queueId'>)[] },
  partsLost: readonly string[],
): Cause[] {
  const faults: Cause[] =
    partsLost.length === 0
      ? []
      : [{ reason: 'system_fault', queueId: null, parts: [...partsLost].sort() }]
  const whole = overload(hotline, null)
  if (whole !== null) return [...faults, whole]
  return [...faults, ...hotline.queues.flatMap((queue) => overload(queue, queue.queueId) ?? [])]
}

function overload({ waiting, agents }: Moment, queueId: QueueId | null): Cause | null {
  const inService = agents.onCall + agents.onHold
  const staffed = staffedOf(agents)
  if (staffed === 0 || waiting + inService <= staffed * OVER_CAPACITY_FACTOR) return null
  return { reason: 'over_capacity', queueId, load: { waiting, inService, staffed } }
}

/** Takes what is wrong now into what has been wrong; gives the windows that are now to be proposed or to grow. */
export function observe(
  open: OpenCauses,
  at: number,
  causes: readonly Cause[],
): { readonly open: OpenCauses; readonly proposals: readonly Proposal[] } {
  const after = new Map<string, Lasting>()
  const proposals: Proposal[] = []
  for (const cause of causes) {
    const key = keyOf(cause)
    const before = open.get(key)
    const lasting: Lasting = {
      since: before?.since ?? at,
      proposedAt: before?.proposedAt ?? null,
      worst: worse(before?.worst, cause),
    }
    const isDue = at - (lasting.proposedAt ?? Number.NEGATIVE_INFINITY) >= GROWING_MS
    const isProposed = isDue && hasLasted(lasting, at)
    if (isProposed) proposals.push(proposalOf(lasting, at))
    after.set(key, isProposed ? { ...lasting, proposedAt: at } : lasting)
  }
  for (const [key, lasting] of open) {
    if (!after.has(key) && hasLasted(lasting, at)) proposals.push(proposalOf(lasting, at))
  }
  return { open: after, proposals }
}

/** Somebody has decided on what was proposed so far: what goes on is another window, from its end. */
export function goOnFrom(open: OpenCauses, { reason, queueId, endsAt }: Proposal): OpenCauses {
  const key = keyOf({ reason, queueId })
  const lasting = open.get(key)
  if (lasting === undefined) return open
  return new Map(open).set(key, { ...lasting, since: endsAt, proposedAt: null })
}

function keyOf({ reason, queueId }: Pick<Proposal, 'reason' | 'queueId'>): string {
  return `${reason}/${queueId ?? ''}`
}

function hasLasted({ since, worst }: Lasting, at: number): boolean {
  return at - since >= LASTING_MS[worst.reason]
}

function worse(before: Cause | undefined, now: Cause): Cause {
  if (before === undefined) return now
  if (before.reason === 'system_fault' && now.reason === 'system_fault')
    return { ...now, parts: [...new Set([...before.parts, ...now.parts])].sort() }
  if (before.reason === 'over_capacity' && now.reason === 'over_capacity')
    return heaviness(before.load) >= heaviness(now.load) ? before : now
  return now
}

function heaviness({ waiting, inService, staffed }: Load): number {
  return (waiting + inService) / staffed
}

function proposalOf({ since, worst }: Lasting, endsAt: number): Proposal {
  const { reason, queueId } = worst
  return { reason, queueId, startsAt: since, endsAt, evidence: evidenceOf(worst, endsAt - since) }
}

/** Read by people together with what they declare themselves, so in the language of the hotline. */
function evidenceOf(worst: Cause, lastedMs: number): string {
  const seconds = Math.round(lastedMs / 1_000)
  if (worst.reason === 'system_fault')
    return `连接中断：${worst.parts.join('、')}，共 ${seconds} 秒`
  const { waiting, inService, staffed } = worst.load
  return `最高时排队 ${waiting}、通话 ${inService}，在岗坐席 ${staffed}，超过坐席的 ${OVER_CAPACITY_FACTOR} 倍，共 ${seconds} 秒`
}
