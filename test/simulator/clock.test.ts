// Clocks that move when told, run faster than the wall, or stop for good.
import { afterEach, describe, expect, it, vi } from 'vitest'
import { StoppableClock, scaledClock, VirtualClock } from '../../src/simulator/clock.ts'

describe('a virtual clock', () => {
  it('fires timers in order of time, then of setting, each at its own moment', () => {
    const clock = new VirtualClock(1_000)
    const fired: [string, number][] = []
    const note = (name: string) => () => fired.push([name, clock.now()])
    clock.after(20, note('late'))
    clock.after(10, note('first'))
    clock.after(10, note('second'))
    clock.after(-5, note('overdue'))
    clock.after(10, note('cleared')).clear()
    expect(clock.nextAt()).toBe(1_000)
    clock.advanceTo(1_015)
    expect(fired).toEqual([
      ['overdue', 1_000],
      ['first', 1_010],
      ['second', 1_010],
    ])
    expect(clock.now()).toBe(1_015)
    expect(clock.nextAt()).toBe(1_020)
  })

  it('fires what is set while it moves, if that is due on the way', () => {
    const clock = new VirtualClock(0)
    const fired: number[] = []
    const again = () => {
      fired.push(clock.now())
      clock.after(10, again)
    }
    clock.after(10, again)
    clock.advanceTo(35)
    expect(fired).toEqual([10, 20, 30])
  })

  it('lets everything come to rest before each jump, and stops on time', async () => {
    const clock = new VirtualClock(0)
    const order: string[] = []
    clock.after(10, () => order.push('ten'))
    clock.after(50, () => order.push('fifty'))
    let settled = 0
    await clock.run(30, async () => {
      settled += 1
      order.push(`rest at ${clock.now()}`)
      // What comes to rest may ask for more.
      if (settled === 1) clock.after(5, () => order.push('five'))
    })
    expect(order).toEqual(['rest at 0', 'five', 'rest at 5', 'ten', 'rest at 10'])
    expect(clock.now()).toBe(30)
    expect(clock.nextAt()).toBe(50)
  })

  it('never goes back', () => {
    const clock = new VirtualClock(100)
    clock.advanceTo(50)
    expect(clock.now()).toBe(100)
  })
})

describe('a scaled clock', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  it('shows and waits at a multiple of the wall’s pace', () => {
    vi.useFakeTimers()
    const clock = scaledClock(1_000_000, 100)
    let firedAt = 0
    clock.after(60_000, () => {
      firedAt = clock.now()
    })
    vi.advanceTimersByTime(599)
    expect(firedAt).toBe(0)
    vi.advanceTimersByTime(2)
    expect(firedAt).toBeGreaterThanOrEqual(1_060_000)
    expect(firedAt).toBeLessThanOrEqual(1_060_200)
  })
})

describe('a stoppable clock', () => {
  it('fires nothing after it has stopped, and takes no more', () => {
    const clock = new VirtualClock(0)
    const stoppable = new StoppableClock(clock)
    let fired = 0
    const count = () => {
      fired += 1
    }
    stoppable.after(10, count)
    stoppable.after(20, count)
    clock.advanceTo(10)
    stoppable.stop()
    stoppable.after(5, count)
    expect(clock.nextAt()).toBeNull()
    clock.advanceTo(100)
    expect(fired).toBe(1)
  })
})
