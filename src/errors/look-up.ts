import { type CatalogueName, catalogueNames, catalogues, type Row } from './catalogues.ts';
import type { Codes, Names, Sections } from './codes.ts';

/** What a row must have; what is left out may be anything. */
export interface Wanted<Service extends CatalogueName = CatalogueName> {
  readonly service?: Service | undefined;
  readonly code?: Codes[Service] | undefined;
  readonly section?: Sections[Service] | undefined;
  readonly name?: Names[Service] | undefined;
}

/**
 * Every row that fits, in the order of publication: both where a code has two, all 542 for `{}`, none for what is not
 * published.
 *
 * ```ts
 * lookUp({ service: 'tencent-cos-v4', code: -61 }); // two rows, told apart by their names
 * lookUp({ service: 'tencent-ci', code: -3006, section: 'File preview errors' }); // one
 * ```
 * @source cloud-services.md 1.1: never by the code alone
 */
export function lookUp<Service extends CatalogueName = CatalogueName>(
  wanted: Wanted<Service>,
): readonly Row<Service>[] {
  const { service, code, section, name } = wanted;
  const rows: readonly Row[] =
    service === undefined ? catalogueNames.flatMap<Row>((each) => catalogues[each]) : rowsOf(service);
  return rows.filter(
    (row) =>
      (code === undefined || row.code === code) &&
      (section === undefined || row.section === section) &&
      (name === undefined || row.name === name),
  ) as readonly unknown[] as readonly Row<Service>[];
}

/** None for a service that there is none of, whatever the compiler believed. */
function rowsOf(service: CatalogueName): readonly Row[] {
  return Object.hasOwn(catalogues, service) ? catalogues[service] : [];
}
