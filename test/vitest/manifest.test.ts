import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { manifestOf } from '../../src/vitest/manifest.ts';

let project: string;

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'longshore-project-'));
});

afterEach(() => rmSync(project, { recursive: true }));

function write(name: string, text: string): void {
  mkdirSync(dirname(join(project, name)), { recursive: true });
  writeFileSync(join(project, name), text);
}

it('names the app and the nearest module', () => {
  write('AppScope/app.json5', "{ app: { bundleName: 'com.example.reader', versionCode: 1, }, }");
  write('entry/src/main/module.json5', '{ "module": { "name": "entry" } }');
  write(
    'entry/src/ohosTest/module.json5',
    '// of tests\n{\n  "module": {\n    "name": "entry_test", // its own\n  }\n}\n',
  );

  const test = join(project, 'entry/src/ohosTest/ets/test/A.test.ets');
  expect(manifestOf(test)).toEqual({ bundle: 'com.example.reader', module: 'entry_test' });
  expect(manifestOf(join(project, 'entry/src/main/A.ets'))).toMatchObject({ module: 'entry' });
});

it('reads the one of the FA model', () => {
  write(
    'src/main/config.json',
    '{ "app": { "bundleName": "com.example.fa" }, "module": { "distro": { "moduleName": "phone" } } }',
  );

  expect(manifestOf(join(project, 'src/main/js/test/a.test.js'))).toEqual({
    bundle: 'com.example.fa',
    module: 'phone',
  });
});

it.each(['', '{', 'null', '{ module: 1 }', '{ module: { name: "../x" } }'])(
  'says nothing where there is %j',
  (text) => {
    write('module.json5', text);
    write('config.json', '[1]');

    expect(manifestOf(join(project, 'A.test.ets'))).toEqual({});
  },
);
