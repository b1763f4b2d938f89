import type { Content } from '../adapters/transport/content.ts';
import {
  errorPage,
  type FaultRule,
  type FileServer,
  noRanges,
  type Personality,
  redirectLoop,
  type Verdict,
  wrongLength,
} from '../sim/index.ts';
import type { ServerFault } from './types.ts';

/** More hops than a client by the book follows. */
const loopHops = 40;

/** What becomes of the server of a run: it can be spoilt, for its next requests or for good. */
export class Moods {
  #version = 0;
  /** What each of the next requests meets. */
  #faults: ServerFault[] = [];

  spoil(fault: ServerFault): void {
    if (fault.is === 'new version') {
      this.#version += 1;
      return;
    }
    const requests = fault.is === 'redirect loop' ? fault.times * loopHops : fault.times;
    for (let left = requests; left > 0; left--) this.#faults.push(fault);
  }

  /** From now on all is well; a new version stays. */
  heal(): void {
    this.#faults = [];
  }

  /** Every content that a path has had; none where there is no such file. */
  contentsAt(server: FileServer, path: string): Content[] {
    const content = server.contentAt(path);
    if (content === null) return [];
    return Array.from({ length: this.#version + 1 }, (_, version) => contentOfVersion(content, version));
  }

  readonly rule: FaultRule = () => {
    const fault = this.#faults.shift();
    return fault === undefined ? 'pass' : verdictOf(fault);
  };

  /** The server has the files of its latest version; it knows nothing of versions, so the tag of an old one must not please it. */
  readonly personality: Personality = (request, serve) => {
    const version = this.#version;
    if (version === 0 || request.method !== 'GET') return serve(request);
    const tag = `v${version} `;
    const fresh = request.headers['if-range'];
    const asked =
      fresh === undefined ? {} : { 'if-range': fresh.includes(tag) ? fresh.replace(tag, '') : 'an old one' };
    const response = serve({ ...request, headers: { ...request.headers, ...asked } });
    return {
      ...response,
      headers: response.headers.map(([name, value]) => [name, name === 'etag' ? value.replace('"', `"${tag}`) : value]),
      body: response.status < 300 ? contentOfVersion(response.body, version) : response.body,
    };
  };
}

function verdictOf(fault: ServerFault): Verdict {
  switch (fault.is) {
    case 'refused':
      return { type: 'refuse', cause: fault.cause };
    case 'reset':
      return { type: 'cut', bytes: fault.afterBytes, cause: 'other' };
    case 'stall':
      return { type: 'stall', bytes: fault.afterBytes };
    case 'truncated':
      return { type: 'truncate', bytes: fault.afterBytes };
    case 'late':
      return { type: 'delay', delayMs: fault.delayMs };
    case 'status':
      return { type: 'answer', status: fault.status, headers: [], body: fault.body };
    case 'no ranges':
      return { type: 'behave', as: noRanges };
    case 'wrong length':
      return { type: 'behave', as: wrongLength(1) };
    case 'redirect loop':
      return { type: 'behave', as: redirectLoop };
    case 'error page':
      return { type: 'behave', as: errorPage(fault.body) };
    case 'new version':
      return 'pass';
  }
}

/** As long as the first, and no byte the same. */
function contentOfVersion(content: Content, version: number): Content {
  if (version === 0) return content;
  return {
    size: content.size,
    bytesAt: (offset, length) => content.bytesAt(offset, length).map((byte) => byte ^ (version & 0xff || 1)),
  };
}
