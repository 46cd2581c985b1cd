// pino, JSON lines. Info is facts and lifecycle only: the log of a call is its facts. Callers' numbers
// are masked here, so that no log file ever needs `pii.read`.
import { type DestinationStream, type Logger, pino } from 'pino'
import type { RecordedFact } from './core/facts.ts'
import { maskNumber } from './core/masking.ts'
import type { TransferTarget } from './core/party-facts.ts'

export type Log = Logger & { fact(fact: RecordedFact): void }

/** `destination` defaults to standard output. */
export function createLog(level: string, destination?: DestinationStream): Log {
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime }
  const logger = destination === undefined ? pino(options) : pino(options, destination)
  return Object.assign(logger, {
    fact(fact: RecordedFact): void {
      switch (fact.type) {
        case 'config.loaded':
        case 'history.restored':
          logger.info({ seq: fact.seq }, fact.type)
          return
        case 'call.arrived':
        case 'call.dial_queued':
          logger.info({ ...fact, from: maskNumber(fact.from) }, fact.type)
          return
        case 'callback.requested':
          // Found with the call that it comes from.
          logger.info(
            { ...fact, callId: fact.originalCallId, from: maskNumber(fact.from) },
            fact.type,
          )
          return
        case 'call.adopted':
          logger.info({ seq: fact.seq, callId: fact.callId, queueId: fact.queueId }, fact.type)
          return
        default:
          logger.info('target' in fact ? { ...fact, target: masked(fact.target) } : fact, fact.type)
      }
    },
  })
}

function masked(target: TransferTarget): TransferTarget {
  return target.kind === 'number' ? { ...target, number: maskNumber(target.number) } : target
}
