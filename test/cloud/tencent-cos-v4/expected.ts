import { expect } from 'vitest';
import type { ErrorRow } from '../../../src/errors/catalogues.ts';
import type { Told } from '../ask.ts';
import { isBare, statusOf } from './statuses.ts';

/** Compares a whole answer with its row. */
export function expectRow(told: Told, row: ErrorRow, version: 'v1' | 'v2' = 'v2'): void {
  expect({ status: told.status, code: told.json?.code }).toEqual({
    status: statusOf(row),
    code: isBare(row) ? undefined : row.code,
  });
  if (isBare(row)) {
    expect(told.text).toBe('');
    return;
  }
  const { request_id: requestId, ...body } = told.json;
  const isOfDownloads = row.section === '下载状态码';
  expect(body).toEqual({ code: row.code, message: row.name ?? row.description });
  expect(told.headers.get('content-type')).toBe('application/json; charset=utf-8');
  expect(told.headers.get('x-errno')).toBe(isOfDownloads ? String(row.code) : undefined);
  if (isOfDownloads || version === 'v1') expect(requestId).toBeUndefined();
  else expect(Buffer.from(requestId, 'base64').toString()).toMatch(/^[0-9a-f]+_\d+$/);
}
