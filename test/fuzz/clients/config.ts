import type { Config } from '../../../src/api/types.ts';
import type { Device } from '../../../src/fuzz/types.ts';

export function downloadOf({ request, url }: Device, n: number): Config {
  return { action: request.agent.Action.DOWNLOAD, url: url(`/${n}`), saveas: `internal://cache/${n}`, overwrite: true };
}
