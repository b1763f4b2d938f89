import type { ErrorRow } from '../../../src/errors/catalogues.ts';

/** Rows under the heading of status 500 whose codes begin otherwise. */
const under500 = new Set([502, 503, 50301, 50302, 50304, 50305]);

/** The status that a row travels with: the first three digits of its code, but for six. */
export function statusOf({ code }: Pick<ErrorRow, 'code'>): number {
  if (under500.has(Number(code))) return 500;
  return Number(String(code).slice(0, 3));
}
