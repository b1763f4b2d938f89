import type { FaultCause } from '../../../machines/vocabulary.ts';
import type { HeaderList } from './carrier.ts';
import { type Content, contentOf } from './content.ts';

export interface ServerRequest {
  readonly method: string;
  readonly url: URL;
  /** Lower-case name → value; a repeated header's values are joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Wall time where the wire is, ms since the epoch. */
  readonly nowMs?: number;
}

export interface ServerResponse {
  readonly status: number;
  readonly phrase: string;
  /** Without `content-length` the size stays unknown. */
  readonly headers: HeaderList;
  readonly body: Content;
  /** What the server itself does to its response; the wire's own verdict comes first. Bytes count in the response. */
  readonly verdict?: Extract<Verdict, { readonly type: 'cut' | 'stall' }>;
  /** Slower than the wire. */
  readonly bytesPerSecond?: number;
  /** Until the first byte, beside all else that takes time. */
  readonly delayMs?: number;
}

/** One origin. It may remember; it answers at once, and the wire takes the time. */
export type Handler = (request: ServerRequest) => ServerResponse;

/** Stands before a server, and changes what it is asked or what it answers. Keeps no state of its own. */
export type Personality = (request: ServerRequest, serve: Handler) => ServerResponse;

/** How the wire to a server is. */
export interface Wire {
  /** One way there and back: spent once on connecting and once on waiting for the response. */
  readonly latencyMs: number;
  /** 0 for no limit: then a body takes no time at all. */
  readonly bytesPerSecond: number;
  /** The share of packets that are lost and sent again, from 0 to below 1: lost time, never lost bytes. */
  readonly loss: number;
}

/** What fault rules know of a request; each redirect followed is a request of its own. */
export interface RequestFacts {
  /** 1 for the first request in this internet. */
  readonly n: number;
  readonly method: string;
  readonly url: string;
  /** 1 for the first request of this method and URL. */
  readonly attempt: number;
  /** How often the rule that is asked has struck already. */
  readonly struck: number;
}

/** Bytes are counted in the body on its way: an upload's request, a download's response. */
export type Verdict =
  | 'pass'
  /** No connection. timeout: the server never takes the call. */
  | { readonly type: 'refuse'; readonly cause: 'dns' | 'tcp' | 'ssl' | 'timeout' }
  /** The server is not asked. */
  | { readonly type: 'answer'; readonly status: number; readonly headers: HeaderList; readonly body: string }
  /** The connection breaks. */
  | { readonly type: 'cut'; readonly bytes: number; readonly cause: FaultCause }
  /** Nothing more comes, and nothing breaks. */
  | { readonly type: 'stall'; readonly bytes: number }
  /** The response ends early and nobody can tell: it names no length. */
  | { readonly type: 'truncate'; readonly bytes: number }
  /** The response is late. */
  | { readonly type: 'delay'; readonly delayMs: number }
  /** The server answers as another one would. */
  | { readonly type: 'behave'; readonly as: Personality };

/** A rule keeps no state of its own, so that one list of rules serves many worlds. */
export type FaultRule = (request: RequestFacts) => Verdict;

export interface Meeting {
  /** As it is when it is asked for. */
  readonly wire: Wire;
  readonly verdict: Verdict;
}

export interface Internet {
  /** Who answers at the origin of `url`; when nobody does, why. */
  reach(url: URL): Handler | 'dns' | 'tcp';
  /** What happens to one request; called once for each. */
  meet(method: string, url: URL): Meeting;
  /** From now on the wire is so, also for what is on its way. */
  setWire(wire: WireOption): void;
  /** How often that was done. */
  readonly wiresSet: number;
  /** Adds a rule, which is asked before all others. @returns takes it away again. */
  addFault(rule: FaultRule): () => void;
}

/** One wire for all, or one for each request. */
export type WireOption = Partial<Wire> | ((method: string, url: URL) => Partial<Wire>);

export interface InternetOptions {
  /** Origin, such as `https://files.example`, → who answers there. May grow while the internet is used. */
  readonly hosts: Readonly<Record<string, Handler>>;
  /** 20 ms and no limit, where nothing else is said. */
  readonly wire?: WireOption;
  /** Asked in order; the first verdict that is not `pass` wins. */
  readonly faults?: readonly FaultRule[];
  /** Is shown each request with what happens to it. */
  readonly onRequest?: (request: Omit<RequestFacts, 'struck'>, verdict: Verdict) => void;
}

const defaultWire: Wire = { latencyMs: 20, bytesPerSecond: 0, loss: 0 };

export function createInternet(options: InternetOptions): Internet {
  const { hosts, onRequest } = options;
  const attempts = new Map<string, number>();
  let rules = (options.faults ?? []).map((rule) => ({ rule, struck: 0 }));
  let wire: WireOption = options.wire ?? {};
  let n = 0;
  let wiresSet = 0;

  const judge = (facts: Omit<RequestFacts, 'struck'>): Verdict => {
    for (const each of rules) {
      const verdict = each.rule({ ...facts, struck: each.struck });
      if (verdict === 'pass') continue;
      each.struck += 1;
      return verdict;
    }
    return 'pass';
  };

  const wireNow = () => wire;

  return {
    reach(url) {
      const handler = hosts[url.origin];
      if (handler !== undefined) return handler;
      const known = Object.keys(hosts).some((origin) => new URL(origin).hostname === url.hostname);
      return known ? 'tcp' : 'dns';
    },
    meet(method, url) {
      const key = `${method} ${url.href}`;
      const attempt = (attempts.get(key) ?? 0) + 1;
      attempts.set(key, attempt);
      n += 1;
      const facts = { n, method, url: url.href, attempt };
      const verdict = judge(facts);
      onRequest?.(facts, verdict);
      return new Met(verdict, (option) => wireOf(option, method, url), wireNow);
    },
    setWire(now) {
      wire = now;
      wiresSet += 1;
    },
    get wiresSet() {
      return wiresSet;
    },
    addFault(rule) {
      const added = { rule, struck: 0 };
      rules = [added, ...rules];
      return () => {
        rules = rules.filter((each) => each !== added);
      };
    },
  };
}

function wireOf(option: WireOption, method: string, url: URL): Wire {
  return { ...defaultWire, ...(typeof option === 'function' ? option(method, url) : option) };
}

/** A class: an object with a getter of its own is slow to read, and this is read for each piece. */
class Met implements Meeting {
  readonly verdict: Verdict;
  readonly #look: (option: WireOption) => Wire;
  readonly #option: () => WireOption;
  #asked: WireOption;
  #wire: Wire;

  /** @param look  the wire to the server that was asked. @param option  what it follows from now. */
  constructor(verdict: Verdict, look: (option: WireOption) => Wire, option: () => WireOption) {
    this.verdict = verdict;
    this.#look = look;
    this.#option = option;
    this.#asked = option();
    this.#wire = look(this.#asked);
  }

  get wire(): Wire {
    const option = this.#option();
    if (this.#asked !== option) {
      this.#asked = option;
      this.#wire = this.#look(option);
    }
    return this.#wire;
  }
}

const phrases: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  204: 'No Content',
  206: 'Partial Content',
  300: 'Multiple Choices',
  301: 'Moved Permanently',
  302: 'Found',
  303: 'See Other',
  304: 'Not Modified',
  307: 'Temporary Redirect',
  308: 'Permanent Redirect',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  413: 'Content Too Large',
  416: 'Range Not Satisfiable',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

/** A short response whose length is known. */
export function answerWith(status: number, headers: HeaderList = [], body = ''): ServerResponse {
  const content = contentOf(body);
  return {
    status,
    phrase: phrases[status] ?? '',
    headers: [...headers, ['content-length', String(content.size)]],
    body: content,
  };
}

/** The response to a request that a verdict leaves to the server, or answers itself. */
export function answerFor(verdict: Verdict, request: ServerRequest, serve: Handler): ServerResponse {
  if (verdict === 'pass') return serve(request);
  if (verdict.type === 'answer') return answerWith(verdict.status, verdict.headers, verdict.body);
  if (verdict.type === 'behave') return verdict.as(request, serve);
  const response = serve(request);
  if (verdict.type !== 'truncate') return response;
  return { ...response, headers: response.headers.filter(([name]) => name.toLowerCase() !== 'content-length') };
}
