import { expect, it } from 'vitest';
import { withNamesOfStrangers } from '../../src/vitest/strangers.ts';

const codeOf = (source: string) => withNamesOfStrangers(source, (specifier) => specifier.startsWith('@kit.'));

it.each([
  ["import { util } from '@kit.A';", "import * as X from '@kit.A';const { util } = Y;;"],
  ["import a, { b as c } from '@kit.A'", "import a, * as X from '@kit.A';const { b : c } = Y;"],
  ["'use strict'; import {} from '@kit.A'; f()", "'use strict'; import * as X from '@kit.A';const {} = Y;; f()"],
])('takes the names of %s out of what stands in', (source, expected) => {
  const code = codeOf(source).replaceAll(/longshore_\d+/g, 'X');

  expect(code.replace("'default' in X ? X.default : X", 'Y')).toBe(expected);
});

it('keeps every line where it was', () => {
  const source = "import {\n  a, // of it\n  b,\n} from '@kit.A';\nimport { c } from '@kit.B';\nlast();\n";

  expect(codeOf(source).split('\n').indexOf('last();')).toBe(5);
});

it.each([
  "import { a } from './a';",
  "import a from '@kit.A';",
  "import '@kit.A';",
  "const a = await import('@kit.A');",
  "import * as a from '@kit.A';",
  'import { a',
  "export { a } from '@kit.A';",
])('leaves %s alone', (source) => {
  expect(codeOf(source)).toBe(source);
});
