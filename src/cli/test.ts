import { existsSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { makeDirectory } from '../adapters/files/directory.ts';
import type { LongshoreOptions } from '../vitest/settings.ts';
import { commonOptions, defineVerb, oneOf, UsageError, wholeNumber } from './command.ts';
import { metaOf } from './verbs.ts';

export const test = defineVerb({
  meta: metaOf('test'),
  args: {
    path: { type: 'positional', required: true, description: 'A directory of test files, or one test file' },
    filter: { type: 'string', valueHint: 'Suite#case', description: 'Run one suite, or one case of it' },
    seed: { type: 'string', valueHint: 'number', description: 'What the device draws its chance from (default: 1)' },
    hosts: {
      type: 'string',
      valueHint: 'name=origin',
      description: 'Let a local server stand in for a host; may be repeated',
    },
    rules: {
      type: 'string',
      valueHint: 'device|documented',
      description: 'The reading of the platform (default: device)',
    },
    timeout: { type: 'string', valueHint: 'ms', description: 'Limit of each case and hook (default: 5000)' },
    param: {
      type: 'string',
      valueHint: 'name=value',
      description: 'A run parameter of a device, such as level=2; may be repeated',
    },
    'virtual-time': { type: 'boolean', description: 'Let waiting take no time' },
    junit: { type: 'string', valueHint: 'file', description: 'Write a report as JUnit XML' },
    json: commonOptions.json,
    quiet: commonOptions.quiet,
  },
  repeatable: ['hosts', 'param'],
  async run({ args, all, around }) {
    const { cwd, output } = around;
    const target = resolve(cwd, args.path);
    if (!existsSync(target)) throw new UsageError(`there is no ${args.path}`);
    const device: LongshoreOptions = {
      seed: wholeNumber('seed', args.seed ?? '1'),
      hosts: Object.fromEntries(all('hosts').map(hostOf)),
      ...(args.rules === undefined ? {} : { rules: oneOf('rules', args.rules, ['device', 'documented']) }),
      ...(args['virtual-time'] === true ? { virtualTime: true } : {}),
      parameters: {
        ...Object.fromEntries(all('param').map(parameterOf)),
        ...(args.timeout === undefined ? {} : { timeout: args.timeout }),
        ...(args.filter === undefined ? {} : { class: args.filter }),
      },
    };
    const junit = args.junit === undefined ? null : resolve(cwd, args.junit);
    if (junit !== null) makeDirectory(dirname(junit));
    const { runDeviceTests } = await loadRun();
    const { cases, troubles, counts, isGood } = await runDeviceTests({
      target,
      device,
      junit,
      print: (line) => {
        if (!output.quiet) output.people.write(`${line}\n`);
      },
    });
    const shown = (file: string) => relative(cwd, file);
    if (cases.length === 0 && troubles.length === 0)
      output.stderr.write(`longshore: test: no case in ${args.path} is meant\n`);
    return {
      exitCode: isGood && cases.length > 0 ? 0 : 1,
      document: {
        ...counts,
        cases: cases.map((each) => ({ ...each, file: shown(each.file) })),
        errors: troubles.map((each) => ({ ...each, file: shown(each.file) })),
      },
    };
  },
});

/** vitest is the user's to install: nothing else here needs it. */
async function loadRun() {
  try {
    return await import('../vitest/run.ts');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new UsageError(
      `test needs vitest beside longshore: npm install --save-dev vitest@4 (${(error as Error).message})`,
    );
  }
}

function hostOf(pair: string): [name: string, origin: string] {
  const [name, origin] = pairOf(pair) ?? [];
  if (name === undefined || origin === undefined || !/^https?:/.test(origin) || !URL.canParse(origin)) {
    throw new UsageError(`--hosts is ${pair}; legal: name=origin, such as www.example.com=http://127.0.0.1:8080`);
  }
  return [name, origin];
}

function parameterOf(pair: string): [name: string, value: string] {
  const parameter = pairOf(pair);
  if (parameter === null) throw new UsageError(`--param is ${pair}; legal: name=value`);
  return parameter;
}

function pairOf(pair: string): [string, string] | null {
  const [, name, value] = /^([^=]+)=(.+)$/.exec(pair) ?? [];
  return name === undefined || value === undefined ? null : [name, value];
}
