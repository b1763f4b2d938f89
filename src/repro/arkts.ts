import { downloadUrl, sourceName, uploadUrl } from './configs.ts';
import { comments, type EmitOptions } from './emit.ts';
import { literal } from './literal.ts';
import { type DiskAct, placeOf } from './places.ts';
import { callCode, configCode, indented, withNumber } from './program.ts';
import { isSubject, needsSource, ordinalsOf, type Script } from './script.ts';
import { user } from './stage.ts';
import { type CallStep, type CreateStep, durationsMs, type Step, type WorldMove } from './steps.ts';
import { type Serving, wireOf } from './wires.ts';
import { creatorOf, sentenceOf } from './words.ts';

/** The parts of a program for a device. */
interface Parts {
  readonly imports: string[];
  readonly helpers: string[];
  readonly body: string[];
}

const silence: Serving = { does: 'silence' };
const welcome: Serving = {
  does: 'answer',
  text: 'HTTP/1.1 200 OK\r\ncontent-length: 4\r\nconnection: close\r\n\r\ndone',
};

/**
 * A hypium test that passes under `longshore test`. What is done by the app is written as for a device; what happens
 * around it is asked of `longshore/harmony`.
 * @returns null where the disk and the sockets of a real machine cannot be brought to it.
 */
export function emitArkts({ script, expected, heading, title }: EmitOptions): string | null {
  const serving = servingOf(script);
  if (serving === null) return null;
  const writer = new Writer(script, serving);
  const { imports, helpers, body } = writer.parts();
  const end = expected.kind === 'code' ? writer.refusalLines(expected.code) : writer.failureLines(expected.name);
  const [suite = '', name = ''] = title.split(', ');
  return `${[
    ...comments(heading),
    ...imports,
    ...(helpers.length === 0 ? [] : ['', ...helpers]),
    '',
    'export default function reproduction() {',
    `  describe(${literal(`reproduces_${suite}`)}, () => {`,
    `    it(${literal(name.replace(/ /g, '_'))}, 0, async () => {`,
    ...[...body, ...end].map((line) => indented(indented(indented(line)))),
    '    });',
    '  });',
    '}',
  ].join('\n')}\n`;
}

/** What the server of the test does. */
function servingOf({ wire, steps }: Script): Serving | null {
  if (wire !== null) return wireOf(wire).serving;
  const ends = steps.some((step) => step.do === 'world' && step.move === 'wait');
  return ends ? welcome : silence;
}

/** What is known to have happened by asking for the task. */
const reads: readonly WorldMove[] = ['moment', 'wait'];
/** Time that a test makes pass, rather than wait for it. */
const timed: readonly WorldMove[] = ['graceEnds', 'week'];

class Writer {
  readonly #script: Script;
  readonly #serving: Serving;
  readonly #code: string[] = [];
  #last: string[] = [];

  constructor(script: Script, serving: Serving) {
    this.#script = script;
    this.#serving = serving;
    const ordinals = ordinalsOf(script.steps);
    for (const [at, step] of script.steps.entries()) {
      const lines = this.#lines(step, at, ordinals[at] ?? 0);
      if (at === script.steps.length - 1) this.#last = lines;
      else if (lines.length > 0) this.#code.push(`// ${sentenceOf(step)}`, ...lines);
    }
  }

  parts(): Parts {
    const { rules, seed, steps } = this.#script;
    const used = [...this.#code, ...this.#last].join('\n');
    const uses = (name: string) => used.includes(name);
    const isTimed = steps.some((step) => step.do === 'world' && timed.includes(step.move));
    const needsServer = uses('origin');
    const made = [
      ...(uses('store.') ? [['store', 'createMemoryStore']] : []),
      ...(isTimed ? [['clock', 'createSimulatedClock']] : []),
    ];
    const options = [
      `rules: '${rules}'`,
      `seed: ${seed}`,
      ...(isTimed ? ['clock'] : []),
      ...(uses('store.') ? ['store'] : []),
    ];
    const nodeNames = ['chmodSync', 'mkdirSync', 'symlinkSync', 'unlinkSync', 'writeFileSync'].filter(
      (name) =>
        uses(`${name}(`) ||
        (name === 'writeFileSync' && needsSource(this.#script)) ||
        (name === 'chmodSync' && this.#isAboutModes()),
    );
    const usesDisk = nodeNames.length > 0;
    return {
      imports: [
        "import { describe, expect, it } from '@ohos/hypium';",
        ...(needsServer ? ["import socket from '@ohos.net.socket';"] : []),
        "import request from '@ohos.request';",
        "import { BusinessError } from '@ohos.base';",
        ...(nodeNames.length === 0 ? [] : [`import { ${nodeNames.join(', ')} } from 'node:fs';`]),
        "import { configureDevice } from 'longshore/harmony';",
        ...(made.length === 0 ? [] : [`import { ${made.map(([, maker]) => maker).join(', ')} } from 'longshore/sim';`]),
      ],
      helpers: [...(this.#isAboutModes() ? asNobody : []), ...(needsServer ? serverLines(this.#serving) : [])],
      body: [
        ...made.map(([name, maker]) => `const ${name} = ${maker}();`),
        `${uses('device.') || usesDisk ? 'const device = ' : ''}configureDevice({ ${options.join(', ')} });`,
        ...(uses('context') || usesDisk ? ['const context = globalThis.abilityContext;'] : []),
        ...(usesDisk ? ["const onDisk = (name: string) => device.onDisk(context.cacheDir + '/' + name);"] : []),
        ...(this.#isAboutModes() ? ['chmodSync(device.directory, 0o755);'] : []),
        ...(needsServer ? ['const origin = await serve();'] : []),
        ...(needsSource(this.#script) ? [`writeFileSync(onDisk('${sourceName}'), 'some bytes');`] : []),
        ...this.#code,
      ],
    };
  }

  refusalLines(code: number): string[] {
    const call = this.#last.join('\n').replace(/;$/, '');
    return [
      'let code = 0;',
      'try {',
      // Root may do what nobody else may.
      ...[this.#isAboutModes() ? `asNobody(() => ${call.replace(/^await /, '')});` : `${call};`].map(indented),
      '} catch (error) {',
      '  code = (error as BusinessError).code;',
      '}',
      `expect(code).assertEqual(${code});`,
    ];
  }

  failureLines(name: string): string[] {
    const last = this.#script.steps.at(-1);
    // Whoever waits for the failure has waited.
    const isWait = last?.do === 'world' && last.move === 'wait';
    return [
      ...(isWait ? [] : this.#last),
      'let info = await request.agent.show(task.tid);',
      'while (info.progress.state !== request.agent.State.FAILED) {',
      '  await new Promise<void>((resolve) => setTimeout(resolve, 10));',
      '  info = await request.agent.show(task.tid);',
      '}',
      `expect(info.faults).assertEqual(request.agent.Faults.${name});`,
    ];
  }

  #isAboutModes(): boolean {
    return this.#script.steps.some(
      (step) => step.do === 'place' && placeOf(step.place, step.action)?.acts.some(({ make }) => make === 'mode'),
    );
  }

  #lines(step: Step, at: number, ordinal: number): string[] {
    switch (step.do) {
      case 'create':
        return this.#createLines(step, at, ordinal);
      case 'call':
        return callLines(step);
      case 'place':
        return (placeOf(step.place, step.action)?.acts ?? []).map(diskLine);
      case 'wire':
        return [];
      case 'world':
        return this.#moveLines(step.move);
    }
  }

  #createLines(step: CreateStep, at: number, ordinal: number): string[] {
    const { wire, steps } = this.#script;
    const isAboutServer = steps.some((each) => each.do === 'call' && each.operation === 'start');
    const url =
      this.#serving.does === 'nothing' ? this.#serving.url : step.action === 'download' ? downloadUrl : uploadUrl;
    const written = isAboutServer && this.#serving.does !== 'nothing' ? { url: "origin + '/file'" } : {};
    const config = configCode(step, { wire, ordinal, url }, written).replace(/\bagent\./g, 'request.agent.');
    const call = `request.${creatorOf(step)}(context, ${config})`;
    if (step.times > 1) {
      const many = withNumber(call);
      return [`for (let n = ${ordinal}; n < ${ordinal + step.times}; n++) {`, indented(`await ${many};`), '}'];
    }
    const isSpoken =
      isSubject(steps, at) &&
      steps.some(
        (each) =>
          (each.do === 'call' && each.of === 'task') ||
          each.do === 'wire' ||
          (each.do === 'world' && reads.includes(each.move)),
      );
    return [`${isSpoken ? 'const task = ' : ''}await ${call};`];
  }

  #moveLines(move: WorldMove): string[] {
    const path = literal(placeOf('usable', this.#script.action)?.path ?? '');
    switch (move) {
      case 'appLeaves':
        return ['device.app.toBackground();'];
      case 'offline':
        return ["device.engine.setNetwork({ type: 'offline', metered: false, roaming: false });"];
      case 'cellular':
        return ["device.engine.setNetwork({ type: 'cellular', metered: true, roaming: false });"];
      case 'userLeaves':
        return [`device.engine.setAccount(${user}, 'suspended');`];
      case 'serviceDies':
        return ["device.engine.setService('unavailable');"];
      case 'storeFills':
        return ["store.failNext('full');"];
      case 'fileBreaks':
        return [`unlinkSync(onDisk(${path}));`, `mkdirSync(onDisk(${path}));`];
      case 'graceEnds':
      case 'week':
        return [`await clock.run(${literal(durationsMs[move])});`];
      case 'moment':
        return untilState('!== request.agent.State.RETRYING');
      case 'wait':
        return untilState('< request.agent.State.COMPLETED');
    }
  }
}

function untilState(isNot: string): string[] {
  return [
    `while ((await request.agent.show(task.tid)).progress.state ${isNot}) {`,
    '  await new Promise<void>((resolve) => setTimeout(resolve, 10));',
    '}',
  ];
}

function callLines(step: CallStep): string[] {
  const other = "device.engine.app({ bundle: 'com.example.other', uid: 20_010_045, roots: ['/data'] })";
  const agent = step.by === 'other' ? `${other}.request.agent` : 'request.agent';
  const call = `await ${callCode(step, agent)};`;
  return [step.operation === 'createGroup' ? `const gid = ${call}` : call];
}

function diskLine(act: DiskAct): string {
  const path = `onDisk(${literal(act.name)})`;
  if (act.make === 'directory') return `mkdirSync(${path});`;
  if (act.make === 'file') return `writeFileSync(${path}, 'old');`;
  if (act.make === 'link')
    return `symlinkSync(${act.to.startsWith('/') ? literal(act.to) : `onDisk(${literal(act.to)})`}, ${path});`;
  const search = act.is === 'directory' ? 0o111 : 0;
  const bits = act.readable ? 0o444 | (act.writable ? 0o222 : 0) | search : 0;
  return `chmodSync(${path}, 0o${bits.toString(8).padStart(3, '0')});`;
}

/** Modes of files mean nothing to root. */
const asNobody = [
  '// Root may open every file, so root acts as nobody for the length of a call.',
  'function asNobody(call: () => void): void {',
  '  const isRoot = process.geteuid?.() === 0;',
  '  if (isRoot) process.seteuid(65_534);',
  '  try {',
  '    call();',
  '  } finally {',
  '    if (isRoot) process.seteuid(0);',
  '  }',
  '}',
];

function serverLines(serving: Serving): string[] {
  const scheme = serving.does === 'tls' ? 'https' : 'http';
  const answer =
    serving.does === 'answer'
      ? [
          "  server.on('connect', (client: socket.TCPSocketConnection) => {",
          "    client.on('message', () => {",
          `      client.send({ data: ${JSON.stringify(serving.text)} }).then(() => client.close(), () => {});`,
          '    });',
          '  });',
        ]
      : serving.does === 'tls'
        ? [
            "  server.on('connect', (client: socket.TCPSocketConnection) => {",
            "    client.on('message', () => client.send({ data: 'this is no TLS' }).then(() => client.close(), () => {}));",
            '  });',
          ]
        : ['  // It takes every connection, and answers none.'];
  return [
    'async function serve(): Promise<string> {',
    '  const server = socket.constructTCPSocketServerInstance();',
    "  await server.listen({ address: '127.0.0.1', port: 0 });",
    ...answer,
    `  return '${scheme}://127.0.0.1:' + (await server.getLocalAddress()).port;`,
    '}',
  ];
}
