/** A body as written in a suite; how many parameters it declares says when it ends. @source neighbours.md 1.3 */
export type Body = (...parameters: unknown[]) => unknown;

export interface Case {
  readonly name: string;
  /** Bit mask of type, size and level; 0 for none. */
  readonly attribute: number;
  readonly body: Body;
  /** The case's own limit; 0 for none of its own. */
  readonly timeoutMs: number;
  readonly tag: string;
}

const hookKinds = ['beforeAll', 'beforeEach', 'afterEach', 'afterAll', 'beforeEachIt', 'afterEachIt'] as const;
export type HookKind = (typeof hookKinds)[number];

/** A hook for the cases it names. */
export interface Specified {
  readonly names: readonly string[];
  readonly body: Body;
}

export class Suite {
  readonly name: string;
  readonly parent: Suite | null;
  readonly cases: Case[] = [];
  readonly suites: Suite[] = [];
  readonly hooks: Readonly<Record<HookKind, Body[]>>;
  readonly before: Specified[] = [];
  readonly after: Specified[] = [];

  constructor(name: string, parent: Suite | null) {
    this.name = name;
    this.parent = parent;
    this.hooks = { beforeAll: [], beforeEach: [], afterEach: [], afterAll: [], beforeEachIt: [], afterEachIt: [] };
  }

  /** The suite and those around it, the outermost first. */
  path(): Suite[] {
    return [...(this.parent?.path() ?? []), this];
  }
}

let open: Suite | null = null;

/**
 * Runs `body`, at once, and gathers what it registers.
 * @param finished  gets the suite when it stands in no other.
 * @throws what the body throws; also when it is asynchronous: what it registers later would be lost.
 */
export function openSuite(name: string, body: Body, finished: (suite: Suite) => void): void {
  if (open?.path().some((suite) => suite.name === name)) return; // a device ignores it, too
  const parent = open;
  const suite = new Suite(name, parent);
  open = suite;
  let result: unknown;
  try {
    result = body();
  } finally {
    open = parent;
  }
  if (result instanceof Promise) {
    result.catch(() => undefined);
    throw new Error(`The body of suite ${name} is asynchronous; it must register its cases at once.`);
  }
  if (parent === null) finished(suite);
  else parent.suites.push(suite);
}

/** The suite whose body runs. @throws outside of `describe` */
export function openedSuite(what: string): Suite {
  if (open === null) throw new Error(`${what} stands outside of any suite.`);
  return open;
}
