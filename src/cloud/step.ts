import { current, isDraft, produce } from 'immer';
import type { BlobRef } from './blobs.ts';
import { type CloudFault, type FaultMemory, judge, noFaultsYet, type WireFault } from './faults.ts';
import { rowOf } from './rows.ts';
import { type Call, type CloudRequest, type CloudResponse, Refusal, type ServiceDefinition } from './service.ts';

/** All that a server remembers; plain JSON. */
export interface ServerState<State> {
  /** Requests so far. */
  readonly serial: number;
  readonly faults: FaultMemory;
  readonly service: State;
}

/** What stays the same from step to step. */
export interface Setting<State extends object, Settings extends object> {
  readonly definition: ServiceDefinition<State, Settings>;
  readonly settings: Settings;
  readonly faults: readonly CloudFault[];
}

/** What a step is taken at and with. */
export interface Instant extends Pick<Call<never>, 'nowMs' | 'base' | 'head'> {
  /** Blobs that the host has joined for this request, by the ids of their parts. */
  readonly joined: ReadonlyMap<string, BlobRef>;
}

export interface Answer<State> {
  readonly state: ServerState<State>;
  readonly response: CloudResponse;
  /** Left to the host, which has the wire. */
  readonly wire: WireFault | null;
}

/** The step cannot be taken until the host has joined these; nothing has changed. */
export interface JoinWanted {
  readonly join: readonly BlobRef[];
}

export function initialState<State extends object, Settings extends object>({
  definition,
  settings,
}: Pick<Setting<State, Settings>, 'definition' | 'settings'>): ServerState<State> {
  return { serial: 0, faults: noFaultsYet, service: definition.initial(settings) };
}

/** One request, decided: equal states, requests and instants give equal answers. @source cloud-services.md 1.2 */
export function step<State extends object, Settings extends object>(
  setting: Setting<State, Settings>,
  state: ServerState<State>,
  request: CloudRequest,
  instant: Instant,
): Answer<State> | JoinWanted {
  const { definition, settings, faults } = setting;
  const operation = definition.operationOf(request, settings, instant.head);
  const { memory, rule } = judge(faults, state.faults, operation, instant.nowMs);
  const counted = { ...state, serial: state.serial + 1, faults: memory };
  const call: Call<Settings> = {
    request: rule?.wire?.type === 'ignoredRange' ? withoutRange(request) : request,
    operation,
    settings,
    nowMs: instant.nowMs,
    base: instant.base,
    serial: counted.serial,
    head: instant.head,
    join: (blobs) => joinedBy(instant, blobs.map(settled)),
  };
  const wire = rule?.wire ?? null;
  if (rule?.code !== undefined) {
    const row = rowOf(definition.name, { code: rule.code, section: rule.section, name: rule.name });
    return { state: counted, response: definition.failure(new Refusal(row, { fill: rule.fill }), call), wire };
  }
  try {
    let response: CloudResponse | undefined;
    const service = produce(state.service, (draft) => {
      response = withSettledBody(definition.answer(draft, call));
    });
    return { state: { ...counted, service }, response: lied(response as CloudResponse, wire, counted.serial), wire };
  } catch (thrown) {
    if (thrown instanceof JoinNeeded) return { join: thrown.blobs };
    if (!(thrown instanceof Refusal)) throw thrown;
    const service = afterRefusal(setting, state.service, call);
    return { state: { ...counted, service }, response: definition.failure(thrown, call), wire };
  }
}

function afterRefusal<State extends object, Settings extends object>(
  { definition }: Setting<State, Settings>,
  state: State,
  call: Call<Settings>,
): State {
  try {
    return produce(state, (draft) => definition.refused?.(draft, call));
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    return state;
  }
}

/** A reference out of the draft would end with the draft. */
function settled(blob: BlobRef): BlobRef {
  return isDraft(blob) ? current(blob) : blob;
}

function withSettledBody(response: CloudResponse): CloudResponse {
  const { body } = response;
  if (typeof body === 'string' || body instanceof Uint8Array) return response;
  return { ...response, body: { ...body, blob: settled(body.blob) } };
}

class JoinNeeded extends Error {
  readonly blobs: readonly BlobRef[];

  constructor(blobs: readonly BlobRef[]) {
    super('blobs are to be joined first');
    this.blobs = blobs;
  }
}

export function joinKey(blobs: readonly BlobRef[]): string {
  return blobs.map(({ id }) => id).join();
}

function joinedBy({ joined }: Instant, blobs: readonly BlobRef[]): BlobRef {
  const [only, ...others] = blobs;
  if (only !== undefined && others.length === 0) return only;
  const whole = joined.get(joinKey(blobs));
  if (whole === undefined) throw new JoinNeeded(blobs);
  return whole;
}

function withoutRange(request: CloudRequest): CloudRequest {
  const { range: _, ...headers } = request.headers;
  return { ...request, headers };
}

/** The lies that are told in headers alone. */
function lied(response: CloudResponse, wire: WireFault | null, serial: number): CloudResponse {
  const change = (name: string, to: (value: string) => string | null) => ({
    ...response,
    headers: response.headers.flatMap(([header, value]) => {
      const told = header === name ? to(value) : value;
      return told === null ? [] : [[header, told] as const];
    }),
  });
  switch (wire?.type) {
    case 'noValidators':
      return { ...response, headers: response.headers.filter(([name]) => name !== 'etag' && name !== 'last-modified') };
    case 'changedEtag':
      return change('etag', () => `"changed-${serial}"`);
    case 'wrongRange':
      return change('content-range', (value) => value.replace(/\d+/, (from) => String(Number(from) + 1)));
    default:
      return response;
  }
}
