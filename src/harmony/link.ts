import type { Link } from '../../machines/vocabulary.ts';

/** The link of the device, for the modules beside the engine: what it is, and word of each change. */
export class DeviceLink {
  #now: Link;
  readonly #listeners = new Set<(link: Link) => void>();

  constructor(now: Link) {
    this.#now = now;
  }

  get isOnline(): boolean {
    return this.#now.type !== 'offline';
  }

  set(link: Link): void {
    const { type, metered, roaming } = this.#now;
    if (link.type === type && link.metered === metered && link.roaming === roaming) return;
    this.#now = link;
    for (const listener of [...this.#listeners]) listener(link);
  }

  onChange(listener: (link: Link) => void): void {
    this.#listeners.add(listener);
  }
}
