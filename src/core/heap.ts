// A binary heap that can also remove from its middle, for queues whose members leave at any time.
// First is whatever `isBefore` puts first; the order must be total, or replays would differ.

export class Heap<T> {
  readonly #items: T[] = []
  readonly #places = new Map<string, number>()
  readonly #idOf: (item: T) => string
  /** The order that the heap was made with. */
  readonly isBefore: (a: T, b: T) => boolean

  /** `isBefore` must not change its answer for two items while both are in the heap. */
  constructor(idOf: (item: T) => string, isBefore: (a: T, b: T) => boolean) {
    this.#idOf = idOf
    this.isBefore = isBefore
  }

  get size(): number {
    return this.#items.length
  }

  first(): T | undefined {
    return this.#items[0]
  }

  get(id: string): T | undefined {
    const place = this.#places.get(id)
    return place === undefined ? undefined : this.#items[place]
  }

  /** In no order. */
  items(): readonly T[] {
    return this.#items
  }

  has(id: string): boolean {
    return this.#places.has(id)
  }

  /** Adds an item, or does nothing if its id is in the heap already. */
  add(item: T): void {
    if (this.#places.has(this.#idOf(item))) return
    this.#items.push(item)
    this.#places.set(this.#idOf(item), this.#items.length - 1)
    this.#rise(this.#items.length - 1)
  }

  /** Removes by id; nothing happens if it is not there. */
  remove(id: string): void {
    const place = this.#places.get(id)
    if (place === undefined) return
    this.#places.delete(id)
    const last = this.#items.pop()
    if (last === undefined || place === this.#items.length) return
    this.#items[place] = last
    this.#places.set(this.#idOf(last), place)
    this.#rise(place)
    this.#sink(place)
  }

  #swap(i: number, j: number): void {
    const a = this.#items[i] as T
    const b = this.#items[j] as T
    this.#items[i] = b
    this.#items[j] = a
    this.#places.set(this.#idOf(b), i)
    this.#places.set(this.#idOf(a), j)
  }

  #precedes(i: number, j: number): boolean {
    return this.isBefore(this.#items[i] as T, this.#items[j] as T)
  }

  #rise(from: number): void {
    let place = from
    while (place > 0) {
      const parent = (place - 1) >> 1
      if (!this.#precedes(place, parent)) return
      this.#swap(place, parent)
      place = parent
    }
  }

  #sink(from: number): void {
    let place = from
    for (;;) {
      const left = 2 * place + 1
      const right = left + 1
      let first = place
      if (left < this.#items.length && this.#precedes(left, first)) first = left
      if (right < this.#items.length && this.#precedes(right, first)) first = right
      if (first === place) return
      this.#swap(place, first)
      place = first
    }
  }
}
