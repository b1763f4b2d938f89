import type { Difference } from '../../../machines/differences.ts';
import { ruleReader } from '../../../machines/rules.ts';

/**
 * What the two rule sets see differently in `@system.request`.
 * @source cache-download.md B.2 to B.5
 */
export const differences = {
  oneVerdict: {
    what: 'what does an upload tell?',
    documented: true,
    device: false,
    documentedDoes: '`success` when every file was taken, with the last body, else `fail`; then `complete`',
    deviceDoes: '`success` for the last file alone, without the body, `fail` for each bad status; then `complete`',
    source: 'cache-download.md S2, S3, S4',
  },
  honourNames: {
    what: 'do `name` and `filename` of a file reach the server, and a type that its extension tells?',
    documented: true,
    device: false,
    documentedDoes: 'yes',
    deviceDoes: 'no',
    source: 'cache-download.md S5',
  },
  completeDownloads: {
    what: 'is `complete` called for a download?',
    documented: true,
    device: false,
    documentedDoes: 'after `success` or `fail`',
    deviceDoes: 'never',
    source: 'cache-download.md S1',
  },
  judgeStatus: {
    what: 'what is a download whose answer is an error?',
    documented: true,
    device: false,
    documentedDoes: 'a failure, told with its headers and its status',
    deviceDoes: 'a success: the file holds what the server had to say',
    source: 'cache-download.md S2, S6',
  },
  compareWhole: {
    what: 'may a download leave the cache directory for one beside it, whose name begins with the same letters?',
    documented: true,
    device: false,
    documentedDoes: 'no',
    deviceDoes: 'yes',
    source: 'cache-download.md B.3',
  },
} as const satisfies Readonly<Record<string, Difference>>;

/** What a rule set holds. */
export const rule = ruleReader(differences);
