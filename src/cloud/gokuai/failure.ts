import type { ErrorRow } from '../../errors/catalogues.ts';
import { refusals } from '../rows.ts';
import type { Call, CloudResponse, Refusal } from '../service.ts';
import type { GokuaiSettings } from './settings.ts';

export const refuse = refusals('gokuai');

/** Where the value of a template goes: the published text, and what stands before and behind the value. */
const holes: readonly (readonly [hole: string, before: string, behind: string])[] = [
  ['[]', '[', ']'],
  ['( )', '(', ')'],
  ['“ ”', '“', '”'],
  [' characters', ' ', ' characters'],
  [' days', ' ', ' days'],
  [' months', ' ', ' months'],
  [' departments', ' ', ' departments'],
];

/** @source cloud-services.md 3.5 */
export function failure(
  { row, fill, headers }: Refusal,
  { settings: { options } }: Pick<Call<GokuaiSettings>, 'settings'>,
): CloudResponse {
  const published = row.httpStatus ?? 500;
  const isUnlisted = options.unlistedSignatureCode && row.code === 40104;
  return {
    status: options.statusByCode ? Number(String(row.code).slice(0, 3)) : published,
    headers: [['content-type', 'application/json'], ...headers],
    body: JSON.stringify({ error_code: isUnlisted ? 401041 : row.code, error_msg: filled(row, fill) }),
  };
}

function filled({ message = '', note = '' }: ErrorRow, fill: string): string {
  if (fill === '' || !note.startsWith('placeholder')) return message;
  const found = holes.find(([hole]) => message.includes(hole));
  if (found === undefined) return `${message} ${fill}`;
  const [hole, before, behind] = found;
  return message.replace(hole, () => `${before}${fill}${behind}`);
}
