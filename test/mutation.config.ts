import { basename } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * The test that loads the charts itself comes last. By then the files that import them have loaded them, so that their
 * mutants count as held by the tests of all these files, and not by the one that happened to be first.
 */
class LoadersLast extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => (basename(moduleId) === 'index.test.ts' ? 1 : 0);
    return files.sort((a, b) => place(a) - place(b) || (a.moduleId < b.moduleId ? -1 : 1));
  }
}

/** For `npm run mutation`. Charts are built as they are loaded, so most mutants of one need all tests that load it. */
export default defineConfig({
  test: {
    root: `${import.meta.dirname}/..`,
    include: ['test/machines/*.test.ts'],
    bail: 1,
    // Charts hold nothing from one test to the next: a mutant loads them once, not once a file.
    isolate: false,
    sequence: { sequencer: LoadersLast },
  },
});
