import type { Difference } from '../../../machines/differences.ts';
import { ruleReader } from '../../../machines/rules.ts';

const mebibyte = 1024 * 1024;

/**
 * What the two rule sets see differently in this module.
 * @source cache-download.md A.2 to A.9, A.12
 */
export const differences = {
  platformTexts: {
    what: 'what is the message of an error that is thrown?',
    documented: false,
    device: true,
    documentedDoes: '`permission denied.` or `parameter error.`; `detail` says more',
    deviceDoes: 'what is wrong',
    source: 'cache-download.md A.2',
  },
  memoryBytes: {
    what: 'how many bytes does the memory cache hold unless told?',
    documented: 0,
    device: 20 * mebibyte,
    documentedDoes: 'none',
    deviceDoes: '20 MiB',
    source: 'cache-download.md C1',
  },
  keepFilesInUse: {
    what: 'which file is evicted first?',
    documented: true,
    device: false,
    documentedDoes: 'the one that was not used for the longest time',
    deviceDoes: 'the one that was written first',
    source: 'cache-download.md C2',
  },
  hideFailedSize: {
    what: 'what size does the information of a failed attempt tell?',
    documented: true,
    device: false,
    documentedDoes: '−1',
    deviceDoes: 'the bytes received, those of earlier attempts included',
    source: 'cache-download.md C3',
  },
  alwaysCancel: {
    what: 'does `cancel` end a download that calls have joined, or that waits for the network?',
    documented: true,
    device: false,
    documentedDoes: 'yes',
    deviceDoes: 'no',
    source: 'cache-download.md C5, A.3.1',
  },
  storeExactly: {
    what: 'what becomes of cached bytes when their URL now answers with too many, or with none?',
    documented: true,
    device: false,
    documentedDoes: 'they go; an empty body is cached',
    deviceDoes: 'they stay in memory; their file goes when there are too many',
    source: 'cache-download.md C6, C7',
  },
  evictInVain: {
    what: 'does a resource that is larger than the whole cache evict the others?',
    documented: false,
    device: true,
    documentedDoes: 'no',
    deviceDoes: 'yes, all of them, and is not stored',
    source: 'cache-download.md A.8, A.9',
  },
  realStatus: {
    what: 'which statuses are known?',
    documented: true,
    device: false,
    documentedDoes: 'all; every 2xx is a success',
    deviceDoes: '200–206, 300–305, 400–415 and 500–505; any other is a failure that reads 0',
    source: 'cache-download.md C8, C15',
  },
  handshakeIsSsl: {
    what: 'what is a TLS handshake that fails?',
    documented: true,
    device: false,
    documentedDoes: 'SSL',
    deviceDoes: 'OTHERS',
    source: 'cache-download.md C9',
  },
  refuseNegative: {
    what: 'what does a negative cache size mean?',
    documented: true,
    device: false,
    documentedDoes: '401',
    deviceDoes: 'no limit',
    source: 'cache-download.md C12',
  },
  offUndefined: {
    what: 'what does `off` do with a callback that is `undefined`?',
    documented: true,
    device: false,
    documentedDoes: 'removes all',
    deviceDoes: '401',
    source: 'cache-download.md C13',
  },
  keepNewest: {
    what: 'which files stay at a restart when not all of them fit?',
    documented: true,
    device: false,
    documentedDoes: 'the newest',
    deviceDoes: 'the oldest',
    source: 'cache-download.md C14',
  },
  restartAll: {
    what: 'which transfers start anew when a network is announced?',
    documented: false,
    device: true,
    documentedDoes: 'those that have lost theirs',
    deviceDoes: 'all; what waits at that moment is started anew by the next `cancel`',
    source: 'cache-download.md A.4',
  },
} as const satisfies Readonly<Record<string, Difference>>;

/** What a rule set holds. */
export const rule = ruleReader(differences);
