import { describe, expect, it } from 'vitest';
import type { Scenario } from '../../../src/cloud/scenario.ts';
import { catalogues } from '../../../src/errors/catalogues.ts';
import { Client } from './client.ts';
import { statusOf } from './statuses.ts';

describe('the first check that fails answers', () => {
  const denied = { libraries: [{ rules: [{ path: 'docs', denied: ['write', 'download'] }] }] };

  it.each([
    ['copy', { from_fullpath: 'docs/none', fullpath: 'b' }],
    ['move', { fullpath: 'docs/none', dest_fullpath: 'b' }],
    ['mcopy', { from_fullpaths: 'docs/none', paths: 'other' }],
  ])('%s: what is permitted, then what is there', (operation, fields) => {
    const codeOf = (settings: Scenario['settings']) => new Client({ settings }).call(operation, fields).json.error_code;

    expect([codeOf(denied), codeOf({})]).toEqual([40310, 40402]);
  });

  it.each(['docs', 'a.txt'])('create_file of %s: room, then what is in the way', (fullpath) => {
    const locks = [{ path: 'a.txt', by: 'Another', kind: 'exclusive' }];
    const files = ['a.txt', 'docs/b.txt'].map((path) => ({ path, text: 'x' }));
    const codeOf = (capacityBytes: number) =>
      new Client({ settings: { libraries: [{ capacityBytes, locks }] }, files }).call('create_file', {
        fullpath,
        filehash: 'a'.repeat(40),
        filesize: 100,
      }).json.error_code;

    expect([codeOf(50), codeOf(1_000)]).toEqual([40321, fullpath === 'docs' ? 400653 : 403154]);
  });
});

describe('a fault rule makes the service answer each row', () => {
  it.each(catalogues.gokuai.map((row) => [row.code, row] as const))('%s', (code, row) => {
    const client = new Client({ faults: [{ on: 'ls', nth: 2, code }] });

    const [before, struck, after] = [client.call('ls'), client.call('ls'), client.call('ls')];

    expect([before.status, after.status]).toEqual([200, 200]);
    expect(struck.status).toBe(statusOf(row));
    expect(struck.headers.get('content-type')).toBe('application/json');
    expect(struck.json).toEqual({ error_code: code, error_msg: row.message });
  });
});

it('answers all rows of the table, each with another code', () => {
  expect(new Set(catalogues.gokuai.map(({ code }) => code)).size).toBe(161);
});

describe('the hole of a template is filled', () => {
  it.each([
    [4000311, '50', 'Total length of all tags cannot exceed 50 characters'],
    [4000323, '255', 'Name cannot exceed 255 characters'],
    [40321, 'Papers', /^Repository \[Papers\] has insufficient space,/],
    [403212, 'Papers', /^Repository \(Papers\) has insufficient space to copy,/],
    [403213, '$&', /^Repository \(\$&\) has insufficient space to move,/],
    [4033021, 'Example', 'Only members of the enterprise “Example” can access this link'],
    [4033023, '30', 'Maximum set time for external link is 30 days'],
    [403220, '3', 'Log export not allowed for more than 3 months'],
    [403335, '2', 'Not allowed to share the repository with level 2 departments'],
    [404021, 'a.txt', '“a.txt” does not exist or has been deleted'],
    [404061, 'someone', 'User [someone] does not exist'],
    [404093, '2030-01-01', 'External link will be effective from 2030-01-01'],
    [40003, 'ignored where there is no hole', 'Invalid request parameters'],
    [4000321, 'x', 'Filename cannot contain the following characters: / \\ : * ? " < > |'],
  ] as const)('%s', (code, fill, message) => {
    const client = new Client({ faults: [{ on: '*', code, fill }] });

    const told = client.call('stat');

    if (typeof message === 'string') expect(told.json.error_msg).toBe(message);
    else expect(told.json.error_msg).toMatch(message);
  });

  it('in every template that the table marks', () => {
    const templates = catalogues.gokuai.filter((row) => 'note' in row && row.note.startsWith('placeholder'));

    const told = templates.map(({ code }) => {
      const client = new Client({ faults: [{ on: '*', code, fill: 'FILL' }] });
      return client.call('ls').json.error_msg;
    });

    expect(templates).toHaveLength(12);
    expect(told.filter((message) => !/[[(“ ]FILL/.test(message))).toEqual([]);
  });
});

it.each([
  ['upload_part', 50302, 500],
  ['upload_init', 40106, 401],
  ['download', 403211, 403],
] as const)('strikes the servers behind the API too: %s', (on, code, status) => {
  const client = new Client({ faults: [{ on, code }], files: [{ path: 'a.txt', text: 'abc' }] });

  const told = {
    upload_part: () => client.part('none', 0, new Uint8Array(1)),
    upload_init: () => client.init('a', 'a', 'none'),
    download: () => client.download('a.txt'),
  }[on]();

  expect(told.status).toBe(status);
  expect(told.json.error_code).toBe(code);
});
