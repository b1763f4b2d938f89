import type { ContextFrom } from 'xstate';
import { accountMachine, appMachine } from '../../machines/app.ts';
import { networkMachine } from '../../machines/network.ts';
import { serviceMachine } from '../../machines/service.ts';
import type { Link, Rules } from '../../machines/vocabulary.ts';
import type { Surroundings as Around, Happening } from '../../machines/waiting.ts';
import { begin, type Resting, step } from '../engine/step.ts';
import type { EntryOf, Log } from './log.ts';

/** Something happened around the tasks of some apps. Not `certain`: it may have been so before. */
export interface Change {
  readonly happening: Happening;
  readonly certain: boolean;
  concerns(app: string): boolean;
}

interface KnownApp {
  readonly chart: Resting<ContextFrom<typeof appMachine>>;
  readonly graceEndsMs: number | null;
}

const links: readonly Link[] = [
  { type: 'offline', metered: false, roaming: false },
  ...(['wifi', 'cellular', 'other'] as const).flatMap((type) =>
    [false, true].flatMap((metered) => [false, true].map((roaming): Link => ({ type, metered, roaming }))),
  ),
];

/** What an entry about the world is about. */
type WorldEntry = EntryOf<'world'>;

/**
 * What is known of the surroundings: null where the log says nothing, and then everything is possible. Accounts are
 * taken to be active until the log says otherwise, since somebody uses the app.
 */
export class Surroundings {
  /** Grows with whatever changes what is possible. */
  version = 0;
  readonly #rules: Rules;
  readonly #log: Log;
  readonly #apps = new Map<string, KnownApp>();
  readonly #accounts = new Map<number, Resting<ContextFrom<typeof accountMachine>>>();
  #link: Resting<ContextFrom<typeof networkMachine>> | null = null;
  #service: Resting<ContextFrom<typeof serviceMachine>> | null = null;

  constructor(log: Log, rules: Rules) {
    this.#log = log;
    this.#rules = rules;
  }

  /** The link; null while nobody knows. */
  get link(): Link | null {
    return this.#link?.context.link ?? null;
  }

  /** States that the service may be in. */
  get services(): readonly Resting<ContextFrom<typeof serviceMachine>>[] {
    if (this.#service !== null) return [this.#service];
    const up = begin(serviceMachine, { rules: this.#rules });
    return [up, step(serviceMachine, up, { type: 'wentDown' }).next];
  }

  /** States that an app may be in. */
  appCharts(app: string): readonly Resting<ContextFrom<typeof appMachine>>[] {
    const known = this.#apps.get(app);
    if (known !== undefined) return [known.chart];
    const away = begin(appMachine, { rules: this.#rules });
    return [step(appMachine, away, { type: 'entered' }).next, away];
  }

  accountOf(app: string): string {
    return this.#account(this.#userOf(app)).value;
  }

  /** What may lie around the tasks of an app. */
  arounds(app: string): readonly Around[] {
    const known = this.link;
    const accountActive = this.accountOf(app) !== 'inactive';
    return (known === null ? links : [known]).flatMap((link) =>
      this.appCharts(app).map((chart) => ({ link, appInForeground: chart.value === 'foreground', accountActive })),
    );
  }

  /** What may happen around them without a word in the log. */
  unseen(app: string): readonly Happening[] {
    return [
      ...(this.#link === null ? (['linkChanged'] as const) : []),
      ...(this.#apps.has(app) ? [] : (['appEntered', 'appExpired'] as const)),
    ];
  }

  /** Follows an entry. @returns what tasks learn of it. */
  follow(entry: WorldEntry, app: string, elapsedMs: number): readonly Change[] {
    this.version += 1;
    switch (entry.what) {
      case 'network':
        return this.#followLink(entry.link);
      case 'app':
        return this.#followApp(app, entry.state, elapsedMs);
      case 'account':
        return this.#followAccount(this.#userOf(app), entry.state);
      case 'service':
        this.#service = step(serviceMachine, begin(serviceMachine, { rules: this.#rules }), {
          type: entry.state === 'available' ? 'cameUp' : 'wentDown',
        }).next;
        return [];
      case 'restart':
        for (const name of this.#apps.keys()) {
          this.#apps.set(name, { chart: begin(appMachine, { rules: this.#rules }), graceEndsMs: null });
        }
        this.#accounts.clear();
        if (this.#service !== null) this.#service = begin(serviceMachine, { rules: this.#rules });
        return [];
      case 'clock':
        return [];
    }
  }

  isDue(elapsedMs: number): boolean {
    return [...this.#apps.values()].some(({ graceEndsMs }) => graceEndsMs !== null && graceEndsMs <= elapsedMs);
  }

  /** Apps whose grace is over by now, in order. */
  expired(elapsedMs: number): readonly Change[] {
    const due = [...this.#apps]
      .filter(([, { graceEndsMs }]) => graceEndsMs !== null && graceEndsMs <= elapsedMs)
      .sort(([, a], [, b]) => (a.graceEndsMs ?? 0) - (b.graceEndsMs ?? 0));
    for (const [app, { chart }] of due) {
      this.version += 1;
      this.#apps.set(app, { chart: step(appMachine, chart, { type: 'graceEnded' }).next, graceEndsMs: null });
    }
    return due.map(([app]) => ({ happening: 'appExpired', certain: true, concerns: (name) => name === app }));
  }

  #followLink(said: Extract<WorldEntry, { what: 'network' }>['link']): readonly Change[] {
    if (said === null) {
      this.#link = null;
      return [];
    }
    const link = typeof said === 'string' ? { type: said, metered: said === 'cellular', roaming: false } : said;
    const certain = this.#link !== null;
    const { next, effects } = step(networkMachine, this.#link ?? begin(networkMachine), { type: 'changed', link });
    this.#link = next;
    return effects.length > 0 || !certain ? [{ happening: 'linkChanged', certain, concerns: () => true }] : [];
  }

  #followApp(app: string, state: 'foreground' | 'background' | 'terminated', elapsedMs: number): readonly Change[] {
    const known = this.#apps.get(app);
    const foreground = step(appMachine, begin(appMachine, { rules: this.#rules }), { type: 'entered' }).next;
    const before = known?.chart ?? (state === 'foreground' ? begin(appMachine, { rules: this.#rules }) : foreground);
    const event = ({ foreground: 'entered', background: 'left', terminated: 'terminated' } as const)[state];
    const { next, effects } = step(appMachine, before, { type: event });
    let graceEndsMs = known?.graceEndsMs ?? null;
    const changes: Change[] = [];
    for (const effect of effects) {
      if (effect.type === 'grace.begin') graceEndsMs = elapsedMs + effect.delayMs;
      else if (effect.type === 'grace.end') graceEndsMs = null;
      else if (effect.type === 'tasks.tell') {
        const { happening } = effect;
        changes.push({ happening, certain: known !== undefined, concerns: (name) => name === app });
      }
    }
    this.#apps.set(app, { chart: next, graceEndsMs });
    return changes;
  }

  #followAccount(user: number, state: 'active' | 'suspended' | 'inactive'): readonly Change[] {
    const event = ({ active: 'activated', suspended: 'suspended', inactive: 'left' } as const)[state];
    const { next, effects } = step(accountMachine, this.#account(user), { type: event });
    this.#accounts.set(user, next);
    return effects.map(({ happening }) => ({
      happening,
      certain: true,
      concerns: (app) => this.#userOf(app) === user,
    }));
  }

  #account(user: number): Resting<ContextFrom<typeof accountMachine>> {
    return this.#accounts.get(user) ?? begin(accountMachine);
  }

  #userOf(app: string): number {
    return this.#log.apps[app]?.user ?? 0;
  }
}
