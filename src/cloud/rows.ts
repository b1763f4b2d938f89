import { catalogues, type ErrorRow } from '../errors/catalogues.ts';
import { unreachable } from '../errors.ts';
import { Refusal, type ServiceName } from './service.ts';

export interface RowKey {
  readonly code: number | string;
  /** Where the code stands in two rows. */
  readonly section?: string | undefined;
  readonly name?: string | undefined;
}

/** The rows that fit: none, one, or two. */
export function rowsOf(service: ServiceName, { code, section, name }: RowKey): readonly ErrorRow[] {
  const rows: readonly ErrorRow[] = catalogues[service];
  return rows.filter(
    (row) =>
      row.code === code &&
      (section === undefined || row.section === section) &&
      (name === undefined || row.name === name),
  );
}

/** The first row that fits: the table's own order decides where nothing else does. */
export function rowOf(service: ServiceName, key: RowKey): ErrorRow {
  return rowsOf(service, key)[0] ?? unreachable(`${service} publishes no ${JSON.stringify(key)}`);
}

/** How a service refuses: `throw refusal(-177)`. */
export function refusals(service: ServiceName) {
  return (
    code: number | string,
    options: { section?: string; name?: string; fill?: string; headers?: Refusal['headers'] } = {},
  ) => new Refusal(rowOf(service, { code, ...options }), options);
}
