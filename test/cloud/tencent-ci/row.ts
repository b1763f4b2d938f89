import { expect } from 'vitest';
import type { ErrorRow } from '../../../src/errors/catalogues.ts';
import type { Told } from '../ask.ts';
import { tag } from './client.ts';
import { statusOf, wordOf } from './statuses.ts';

/** Holds an answer against a row of the published table: status, header, body. */
export function expectRow(told: Told, row: ErrorRow): void {
  expect({
    status: told.status,
    number: told.headers.get('x-errno'),
    word: tag(told.text, 'Code'),
    message: tag(told.text, 'Message'),
    type: told.headers.get('content-type'),
  }).toEqual({
    status: statusOf(row),
    number: row.name === undefined ? String(row.code) : undefined,
    word: wordOf(row),
    message: row.description,
    type: 'application/xml',
  });
  expect(tag(told.text, 'RequestId')).toBe(told.headers.get('x-cos-request-id'));
  expect(tag(told.text, 'TraceId')).toBe(told.headers.get('x-cos-trace-id'));
}
