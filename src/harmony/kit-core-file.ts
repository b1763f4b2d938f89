/** `@kit.CoreFileKit`. It has no `fs` and no `fileio`. @source neighbours.md 0.1 */
import { unsupported } from './unsupported.ts';

export {
  default as fileIo,
  type Filter,
  type ListFileOptions,
  type Options,
  type ReadOptions,
  type ReadTextOptions,
  type WriteOptions,
} from './file-fs.ts';

export const Environment = unsupported('Environment');
export const fileShare = unsupported('fileShare');
export const fileUri = unsupported('fileUri');
export const hash = unsupported('hash');
export const picker = unsupported('picker');
export const statfs = unsupported('statfs');
export const storageStatistics = unsupported('storageStatistics');
