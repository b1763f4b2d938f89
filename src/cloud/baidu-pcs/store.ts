import { refuse } from './refuse.ts';
import type { Health, Settings } from './settings.ts';

/**
 * Refuses by `code` what a half of the store cannot do as it is.
 * @throws Refusal
 */
export function requireStore({ store }: Settings, half: 'data' | 'meta', doing: 'read' | 'write', code: number): void {
  if (!can(store[half], doing)) throw refuse(code);
}

function can(health: Health, doing: 'read' | 'write'): boolean {
  return health === 'up' || (health === 'readOnly' && doing === 'read');
}
