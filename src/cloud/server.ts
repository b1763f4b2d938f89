import { produce } from 'immer';
import { generateContent } from '../adapters/transport/content.ts';
import { type BlobRef, type Blobs, JoinTooLarge } from './blobs.ts';
import { judgeHead, type WireFault } from './faults.ts';
import type { createMemoryBlobs } from './memory-blobs.ts';
import { type CheckedScenario, checkScenario, type Scenario, ScenarioError, type ScenarioFile } from './scenario.ts';
import type { CloudRequest, CloudResponse, ServiceDefinition } from './service.ts';
import { type Answer, type Instant, initialState, type JoinWanted, joinKey, type ServerState, step } from './step.ts';

export interface ServerOptions {
  readonly scenario?: Scenario | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** What the host is to send. */
export interface Reply {
  readonly response: CloudResponse;
  readonly wire: WireFault | null;
}

/** A service with its state, between a host that has the wire and blobs that have the bytes. */
export class CloudServer<State extends object = object, Settings extends object = object> {
  readonly definition: ServiceDefinition<State, Settings>;
  readonly #scenario: CheckedScenario<Settings>;
  readonly #now: () => number;
  #state: ServerState<State>;

  /** @throws ScenarioError */
  constructor(definition: ServiceDefinition<State, Settings>, { scenario = {}, now }: ServerOptions) {
    this.definition = definition;
    this.#scenario = checkScenario(definition, scenario);
    this.#now = now;
    this.#state = initialState({ definition, settings: this.settings });
  }

  get settings(): Settings {
    return this.#scenario.settings;
  }

  /** Plain JSON: what a host keeps between two lives of the server. */
  get state(): ServerState<State> {
    return this.#state;
  }

  /** Goes on where another server of the same service stopped. */
  restore(state: ServerState<State>): void {
    this.#state = state;
  }

  /** What the scenario puts there at the beginning. */
  get files(): readonly ScenarioFile[] {
    return this.#scenario.files;
  }

  /** @throws ScenarioError for a path that the service would not take */
  place(path: string, blob: BlobRef): void {
    let trouble: string | null = null;
    const service = produce(this.#state.service, (draft) => {
      trouble = this.definition.place(draft, { path, blob }, this.settings, this.#now());
    });
    if (trouble !== null) throw new ScenarioError(`the file ${JSON.stringify(path)}: ${trouble}`);
    this.#state = { ...this.#state, service };
  }

  /** Bytes of its body after which a request is cut off; null for one that may come whole. Counts the cut. */
  cut(): number | null {
    const { memory, rule } = judgeHead(this.#scenario.faults, this.#state.faults, this.#now());
    this.#state = { ...this.#state, faults: memory };
    return rule?.wire?.type === 'cut' ? rule.wire.bytes : null;
  }

  async answer(request: CloudRequest, base: string, blobs: Blobs): Promise<Reply> {
    const joined = new Map<string, BlobRef>();
    for (let asked = request; ; ) {
      const answer = this.#step(asked, { base, joined, head: (blob) => blobs.head(blob) });
      if (!('join' in answer)) return this.#take(answer);
      try {
        joined.set(joinKey(answer.join), await blobs.join(answer.join));
      } catch (trouble) {
        asked = tooLarge(asked, trouble);
      }
    }
  }

  /** The same without waiting, for a simulated wire. */
  answerNow(request: CloudRequest, base: string, blobs: ReturnType<typeof createMemoryBlobs>): Reply {
    const joined = new Map<string, BlobRef>();
    for (let asked = request; ; ) {
      const answer = this.#step(asked, { base, joined, head: (blob) => blobs.head(blob) });
      if (!('join' in answer)) return this.#take(answer);
      try {
        joined.set(joinKey(answer.join), blobs.joinNow(answer.join));
      } catch (trouble) {
        asked = tooLarge(asked, trouble);
      }
    }
  }

  #step(request: CloudRequest, instant: Omit<Instant, 'nowMs'>): Answer<State> | JoinWanted {
    const { settings, faults } = this.#scenario;
    return step({ definition: this.definition, settings, faults }, this.#state, request, {
      ...instant,
      nowMs: this.#now(),
    });
  }

  #take({ state, ...reply }: Answer<State>): Reply {
    this.#state = state;
    return reply;
  }
}

/** The request as it is answered when what it asks to be joined is too large: as if it were so itself. */
function tooLarge(request: CloudRequest, trouble: unknown): CloudRequest {
  if (!(trouble instanceof JoinTooLarge) || request.body.type === 'unreadable') throw trouble;
  return { ...request, body: { type: 'unreadable', why: 'tooLarge' } };
}

const pieceBytes = 1024 * 1024;

/** The same in pieces, for a host that keeps them elsewhere. */
export function* piecesOf(file: ScenarioFile): Generator<Uint8Array, void> {
  const { path, size } = file;
  if (size === undefined) return yield bytesOf(file);
  const content = generateContent(path, size);
  for (let at = 0; at < size; at += pieceBytes) yield content.bytesAt(at, Math.min(pieceBytes, size - at));
}

/** The bytes of a scenario's file. */
export function bytesOf({ path, text, base64, size = 0 }: ScenarioFile): Uint8Array {
  if (text !== undefined) return new TextEncoder().encode(text);
  if (base64 !== undefined) return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  return generateContent(path, size).bytesAt(0, size);
}
