import type { Link } from '../../machines/vocabulary.ts';

/** Links by the names that people use. */
export const networks = {
  offline: { type: 'offline', metered: false, roaming: false },
  wifi: { type: 'wifi', metered: false, roaming: false },
  /** A hotspot of a phone, say. */
  metered: { type: 'wifi', metered: true, roaming: false },
  cellular: { type: 'cellular', metered: true, roaming: false },
  roaming: { type: 'cellular', metered: true, roaming: true },
  other: { type: 'other', metered: false, roaming: false },
} as const satisfies Record<string, Link>;

export type NetworkName = keyof typeof networks;

export function linkOf(link: Link | NetworkName): Link {
  return typeof link === 'string' ? networks[link] : link;
}
