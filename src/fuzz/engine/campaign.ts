import { taskOperations } from '../../../machines/task.ts';
import { type Operation, type Rules, ruleSets } from '../../../machines/vocabulary.ts';
import { createSeededRandom } from '../../adapters/random/seeded.ts';
import type { Random } from '../../ports/random.ts';
import { type Coverage, mergeCoverage, Watcher } from '../coverage.ts';
import { actions, allCells, type Kin, modes, stateKey } from '../coverage-cells.ts';
import { Bench, type Held } from './bench.ts';
import { drills } from './bench-drills.ts';
import { otherMoves } from './bench-moves.ts';

export interface EngineCampaignOptions {
  readonly seed?: number;
  readonly rules?: readonly Rules[];
  /** Moves for each rule set, at most. */
  readonly movesMax?: number;
}

export interface EngineCampaign {
  readonly coverage: Coverage;
  /** Moves that were made. */
  readonly moves: number;
}

/** So often a move that reaches something new is taken where there is one; the rest keeps the world going. */
const preference = 0.6;
/** Then a new world begins. */
const movesInWorldMax = 250;
const tasksMax = 40;

/**
 * Walks worlds at random, and prefers what was not reached yet, until every cell that can be reached is. Equal seed,
 * equal walk.
 */
export async function engineCampaign(options: EngineCampaignOptions = {}): Promise<EngineCampaign> {
  const { seed = 1, rules = ruleSets, movesMax = 100_000 } = options;
  const parts: EngineCampaign[] = [];
  for (const each of rules) parts.push(await new Walk(each, createSeededRandom(seed).fork(each)).run(movesMax));
  return {
    coverage: mergeCoverage(parts.map(({ coverage }) => coverage)),
    moves: parts.reduce((sum, { moves }) => sum + moves, 0),
  };
}

class Walk {
  readonly #rules: Rules;
  readonly #random: Random;
  readonly #counts = new Map<string, number>();
  readonly #wanted: Set<string>;

  constructor(rules: Rules, random: Random) {
    this.#rules = rules;
    this.#random = random;
    const open = allCells().filter(({ key, unreachable }) => unreachable === null && key.startsWith(`${rules} `));
    this.#wanted = new Set(open.map(({ key }) => key));
  }

  async run(movesMax: number): Promise<EngineCampaign> {
    let moves = await this.#drill();
    for (let worlds = 0; moves < movesMax && this.#wanted.size > 0; worlds += 1) {
      moves += await this.#world(worlds, Math.min(movesInWorldMax, movesMax - moves));
    }
    return { coverage: Object.fromEntries(this.#counts), moves };
  }

  /** What chance comes upon too seldom, each in a world of its own. */
  async #drill(): Promise<number> {
    let moves = 0;
    for (const action of actions) {
      for (const mode of modes) {
        for (const drill of drills) {
          const watcher = new Watcher(this.#rules, (key) => this.#reached(key));
          const bench = new Bench(this.#rules, this.#random.fork(`drill ${moves}`), watcher);
          await drill(bench, { rules: this.#rules, action, mode });
          await bench.close();
          moves += 1;
        }
      }
    }
    return moves;
  }

  async #world(number: number, movesMax: number): Promise<number> {
    const watcher = new Watcher(this.#rules, (key) => this.#reached(key));
    const random = this.#random.fork(`world ${number}`);
    const bench = new Bench(this.#rules, random, watcher);
    let moves = 0;
    for (; moves < movesMax && bench.tasks.length < tasksMax && this.#wanted.size > 0; moves += 1) {
      const asked = random.next() < preference ? this.#newCall(bench, random) : null;
      if (asked !== null) await bench.asks(asked.held, asked.operation);
      else await bench.pick(otherMoves)(bench);
    }
    await bench.close();
    return moves;
  }

  /** A call that reaches something new, if there is one now. */
  #newCall(bench: Bench, random: Random): { readonly held: Held; readonly operation: Operation } | null {
    const calls = bench.tasks.flatMap((held) => {
      const kin: Kin = { rules: this.#rules, action: held.action, mode: held.mode };
      const place = bench.placeOf(held);
      if (place === null) return [];
      return taskOperations
        .filter((operation) => this.#wanted.has(stateKey(kin, operation, place)))
        .map((operation) => ({ held, operation }));
    });
    return calls[Math.floor(random.next() * calls.length)] ?? null;
  }

  #reached(key: string): void {
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    this.#wanted.delete(key);
  }
}
