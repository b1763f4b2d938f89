import { createMemoryBlobs } from '../../cloud/memory-blobs.ts';
import { bodyOf, toRequest } from '../../cloud/request.ts';
import { CloudServer } from '../../cloud/server.ts';
import type { Condition, ServiceName } from '../../cloud/service.ts';
import { type AnyService, loadService } from '../../cloud/services.ts';
import type { ErrorRow } from '../../errors/index.ts';

/** How a row travels: what the local service answers when it is told to. */
export interface OnTheWire {
  readonly status: number;
  /** Those that say which error it is. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a simulated service knows of a row. */
export interface CloudFacts {
  readonly onTheWire: OnTheWire;
  /** What a client does to meet it without any fault rule. */
  readonly conditions: readonly Condition[];
}

/** @param row  one that travels. */
export async function cloudFactsOf(row: ErrorRow & { readonly service: ServiceName }): Promise<CloudFacts> {
  const definition = await loadService(row.service);
  return { onTheWire: onTheWire(definition, row), conditions: conditionsOf(definition, row) };
}

function conditionsOf({ conditions }: AnyService, { code, section, name }: ErrorRow): readonly Condition[] {
  return conditions.filter(
    (each) =>
      each.code === code &&
      (each.section === undefined || each.section === section) &&
      (each.name === undefined || each.name === name),
  );
}

/** Asks the service itself, so that there is no second table of statuses. */
function onTheWire(definition: AnyService, { code, section, name }: ErrorRow): OnTheWire {
  const rule = { on: '*', code, section, ...(name === undefined ? {} : { name }) };
  const server = new CloudServer(definition, { scenario: { faults: [rule] }, now: () => 0 });
  const blobs = createMemoryBlobs();
  const head = { method: 'GET', target: '/', headers: { host: 'localhost' } };
  const request = toRequest(head, bodyOf(head, new Uint8Array(), blobs));
  const { response } = server.answerNow(request, 'http://localhost', blobs);
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers.filter(([header]) => telling.has(header))),
    body: typeof response.body === 'string' ? response.body.trim() : '',
  };
}

const telling: ReadonlySet<string> = new Set(['content-type', 'location', 'x-errno']);
