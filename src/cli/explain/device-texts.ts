import type { ErrorRow } from '../../errors/index.ts';

/** What devices say for a code in place of the text of the catalogue, which others say. @source harmony-request.md 1.1 */
const deviceTexts: Readonly<Record<number, string>> = {
  13400001: 'Invalid file or file system error',
  13400002: 'File path not supported or invalid',
  13499999: 'Others error',
  21900004: 'The application task queue is full',
  21900005: 'Operation with wrong task mode',
  21900006: 'Task removed or not found',
  21900007: 'Operation with wrong task state',
};

/** Undefined where there is one text only. */
export function deviceTextOf({ service, code }: Pick<ErrorRow, 'service' | 'code'>): string | undefined {
  return service === 'harmony' ? deviceTexts[Number(code)] : undefined;
}

/** Rows whose text on a device is what is asked. A device puts what happened behind it, three spaces apart. */
export function rowsOnDevices<Row extends ErrorRow>(asked: string, among: readonly Row[]): readonly Row[] {
  const [wanted = ''] = asked.trim().split(/ {3}|\.$/);
  return among.filter((row) => deviceTextOf(row)?.toLowerCase() === wanted.toLowerCase());
}
