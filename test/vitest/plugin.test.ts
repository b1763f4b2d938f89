import { createServer } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runFixtures } from './child-vitest.ts';

describe('the vitest plugin', () => {
  it('judges cases as a device does', async () => {
    const { code, cases, broken, output } = await runFixtures(['semantics']);

    expect(broken).toEqual([]);
    expect(cases).toEqual({
      'Assertion > passes without an assertion': 'pass',
      'Assertion > passes with a mask that looks like a time': 'pass',
      'Assertion > fails when an assertion does not hold': 'failure',
      'Assertion > fails though the case catches the assertion': 'failure',
      'Assertion > fails though a later assertion holds and done is called': 'failure',
      'Assertion > is an error when something else is thrown': 'error',
      'Assertion > is an error when something else is thrown after a caught assertion': 'error',
      'Assertion > is an error when nothing at all is thrown': 'error',
      'Assertion > is ignored when it skips itself': 'ignored',
      'Assertion > fails when an awaited promise assertion does not hold': 'failure',
      'Assertion > does not see what rejects beside it': 'pass',
      'Ending > ends by a late done': 'pass',
      'Ending > does not end when its promise resolves': 'error',
      'Ending > ends when its promise rejects': 'error',
      'Ending > ends when it throws': 'error',
      'Ending > is an error when a detached assertion keeps done from being called': 'error',
      'Ending > fails when a detached assertion fails after a caught one and done': 'failure',
      'Ending > does not wait without a parameter': 'pass',
      'Ending > takes the blame for an assertion of a case before it': 'failure',
      'Ending > awaits without a parameter': 'failure',
      'Ending > does not count a parameter with a default': 'pass',
      'Ending > does not wait for a body that takes data': 'pass',
      'Ending > has a limit of its own': 'error',
      'Order > first': 'failure',
      'Order > second': 'pass',
      'Order > Inner > third': 'pass',
      'Told > tells the order': 'pass',
      'BlockedByAssertion > is a failure': 'failure',
      'BlockedByAssertion > Child > is a failure, too': 'failure',
      'BlockedByError > is an error': 'error',
      'BadHooks > is an error': 'error',
      'BadEnd > passes': 'pass',
      'Old > fails': 'failure',
      'Old > passes': 'pass',
    });
    expect(code).toBe(1);
    expect(output).not.toContain('Unhandled');
    for (const told of [
      "AssertException: expect '1' equals 1",
      'execute timeout 30ms',
      'no server, error in beforeAll function',
      'cleaning, error in afterEach function',
      'suite BadEnd: cleaning, error in afterAll function',
      'thrown outside of a case: nobody waits',
      'replay: longshore test test/fixtures/hypium/semantics/Hook.test.ets --seed 1 --filter "Order#first"',
    ]) {
      expect(output).toContain(told);
    }
  });

  it('compiles pages, skips what they describe, and gives code the names it finds on a device', async () => {
    const { code, cases, output } = await runFixtures(['pages']);

    expect(cases).toEqual({
      'Page > has the methods of a struct': 'pass',
      'Page > finds the context everywhere': 'pass',
      'Page > writes to a sandbox of its own': 'pass',
      'Page > reaches the request module': 'pass',
      'Page > may import what is not there': 'pass',
    });
    expect(code).toBe(0);
    expect(output).toContain('pages/Page.test.ets, line 29: build() of Index is user interface; its body is skipped');
  });

  it.each([[[]], [['--no-isolate', '--maxWorkers=1']]])(
    'gives each file a device of its own, and runs each suite once %j',
    async (flags) => {
      const { code, cases } = await runFixtures(['shared'], {}, flags);

      expect(cases).toEqual({
        'A > starts with an empty cache': 'pass',
        'B > starts with an empty cache': 'pass',
        'Extra > has no file of its own': 'pass',
      });
      expect(code).toBe(0);
    },
  );

  it('runs a list that is asked for alone', async () => {
    const { code, cases } = await runFixtures(['shared/List']);

    expect(Object.keys(cases)).toEqual(['A > starts with an empty cache', 'Extra > has no file of its own']);
    expect(code).toBe(0);
  });

  it('leaves tests of vitest what they are', async () => {
    const { code, cases, output } = await runFixtures(['mixed', 'shared/A'], {}, ['--no-isolate', '--maxWorkers=1']);

    expect(cases['is a test of vitest beside the others']).toBe('passed');
    expect(code).toBe(1);
    expect(output).toContain('Unhandled Rejection');
  });

  it('says what is wrong with a suite that cannot be registered', async () => {
    const { code, cases, broken } = await runFixtures(['unsound']);

    expect(code).toBe(1);
    expect(cases).toEqual({});
    expect(broken.join()).toContain('it has no attribute: the body is missing');
    expect(broken.join()).toContain('The body of suite AsyncSuite is asynchronous');
  });
});

describe('the world of a test file', () => {
  it('has real sockets and disk, ids from the seed, and stand-ins for hosts', async () => {
    const asked: unknown[] = [];
    const server = createServer(({ method, url, headers }, response) => {
      asked.push([method, url, headers.host]);
      response.end('stood in');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const address = server.address();
    const origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
    const options = { seed: 5, hosts: { 'www.example.com': origin } };

    const first = await runFixtures(['world/World'], options);
    const second = await runFixtures(['world/World'], options);

    expect(first.cases).toEqual({
      'World > downloads from a server written in the test': 'pass',
      'World > downloads from a host that a local server stands in for': 'pass',
      'World > names tasks by the seed': 'pass',
    });
    expect(first.output).toContain('answer: stood in');
    expect(asked).toEqual(Array(2).fill(['GET', '/page?q=1', 'www.example.com']));
    const tid = /tid: (\d+)/;
    expect(tid.exec(first.output)?.[1]).toBeDefined();
    expect(tid.exec(first.output)?.[1]).toBe(tid.exec(second.output)?.[1]);
  });

  it('lets a minute pass at once in virtual time', async () => {
    const startedMs = performance.now();
    const { cases } = await runFixtures(['world/Waiting'], { virtualTime: true });

    expect(cases).toEqual({
      'Waiting > takes its time': 'pass',
      'Waiting > is limited': 'error',
      'Waiting > repeats': 'pass',
    });
    expect(performance.now() - startedMs).toBeLessThan(60_000);
  });
});

describe('the parameters of a run', () => {
  const all = [
    'Data > each row',
    'Data > repeated',
    'Data > told',
    'Masks > none',
    'Masks > level 1',
    'Masks > level 2, small',
    'Masks > level 2, small, function',
    'Masks > Inner > none',
    'Own > assertion',
  ];
  const run = async (parameters: Record<string, string>) =>
    Object.keys((await runFixtures(['parameters'], { parameters })).cases);

  it('drive cases by data, and choose among them by name and by mask', async () => {
    const { cases, code, output } = await runFixtures(['parameters']);
    expect(Object.keys(cases)).toEqual(all);
    expect(Object.values(cases).filter((outcome) => outcome !== 'pass')).toEqual(['failure']);
    expect(output).toContain('three expect not 3 equals 3');
    expect(code).toBe(1);

    expect(await run({ class: 'Masks#level 2, small' })).toEqual(['Masks > level 2, small']);
    expect(await run({ '-s level': '2', testType: 'function', notClass: 'Data,Own' })).toEqual([
      'Masks > none',
      'Masks > level 2, small, function',
      'Masks > Inner > none',
    ]);
    expect(await run({ runSkipped: 'all', itName: 'skipped' })).toEqual(['Data > skipped', 'Later > skipped']);
  });

  it('may come from a test ability, which is told when the run is over', async () => {
    const { code, cases, output } = await runFixtures(['ability']);

    expect(cases).toEqual({ 'Ability > asked for': 'pass' });
    expect(code).toBe(0);
    expect(output).toContain('your test finished!!!');
  });

  it('end the run when they make no sense', async () => {
    const { code, cases, broken } = await runFixtures(['parameters'], { parameters: { level: '7' } });

    expect(code).toBe(1);
    expect(cases).toEqual({});
    expect(broken.join()).toContain('run parameter level is 7; legal: 0, 1, 2, 3, 4');
  });
});
