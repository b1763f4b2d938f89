import { type ConfigOptions, membersOf, sourceName } from './configs.ts';
import { root, sourceBytes } from './disk.ts';
import { keyed, literal } from './literal.ts';
import { neverId, overlongId } from './moves.ts';
import { type DiskAct, placeOf } from './places.ts';
import { isSubject, needsSource, ordinalsOf, type Script, worldOptions } from './script.ts';
import { fileOfSubject, maxSpeed, otherUid, user } from './stage.ts';
import { type CallStep, type CreateStep, durationsMs, type Step, type WorldMove } from './steps.ts';
import { type Strike, wireOf } from './wires.ts';
import { creatorOf, sentenceOf } from './words.ts';

/** The same story as `play` plays, as a program over `longshore/sim`. */
export interface Program {
  /** What is imported from `longshore/sim`. */
  readonly imports: readonly string[];
  /** Up to the last step. */
  readonly lines: readonly string[];
  /** The last step, without a semicolon: an expression, which may throw. */
  readonly last: string;
}

/** What another task of a story is called is nobody's concern: only that of the story has a name. */
export function programOf(script: Script): Program {
  const { steps, wire } = script;
  const strike = wire === null ? undefined : wireOf(wire).strike;
  const ordinals = ordinalsOf(steps);
  const body = steps.slice(0, -1).flatMap((step, at) => {
    const code = linesOf(script, step, at, ordinals[at] ?? 0);
    return code.length === 0 ? [] : [`// ${sentenceOf(step)}`, ...code];
  });
  const end = steps.length - 1;
  const last = steps[end];
  const final = last === undefined ? [] : linesOf(script, last, end, ordinals[end] ?? 0);
  const used = [...body, ...final].join('\n');
  return {
    imports: ['createWorld', ...(strike === undefined ? [] : [strike.rule])],
    lines: [
      `const world = createWorld(${optionsOf(script, strike)});`,
      ...namesOf(used),
      '',
      ...(needsSource(script)
        ? [`world.disk.write('${root}/${sourceName}', new Uint8Array(${literal(sourceBytes)}));`]
        : []),
      ...(needsRoot(used, script) ? [`world.disk.makeDirectory('${root}');`] : []),
      ...body,
    ],
    last: final
      .join(' ')
      .replace(/;$/, '')
      .replace(/^await /, ''),
  };
}

/** A directory that something else makes need not be made. */
function needsRoot(used: string, script: Script): boolean {
  return !needsSource(script) && !used.includes('world.disk.') && used.includes('uploadFile');
}

function optionsOf(script: Script, strike: Strike | undefined): string {
  const members = Object.entries(worldOptions(script)).map(([key, value]) => `${keyed(key)}: ${literal(value)}`);
  if (strike !== undefined) {
    const { rule, args, times } = strike;
    members.push(`faults: [${rule}(${[...args, { times }].map(literal).join(', ')})]`);
  }
  return members.length > 2 ? block(members) : `{ ${members.join(', ')} }`;
}

/** Names for what the program uses, and for nothing else. */
function namesOf(used: string): string[] {
  const members = ['agent', 'downloadFile', 'uploadFile'].filter((name) =>
    new RegExp(`(?<!\\.)\\b${name}\\b`).test(code(used)),
  );
  const isAppUsed = /\bapp\./.test(code(used));
  return [
    ...(isAppUsed ? ['const { app } = world;'] : []),
    ...(members.length === 0 ? [] : [`const { ${members.join(', ')} } = ${isAppUsed ? '' : 'world.'}app.request;`]),
  ];
}

function code(used: string): string {
  return used.replace(/^\/\/.*$/gm, '');
}

function linesOf(script: Script, step: Step, at: number, ordinal: number): string[] {
  switch (step.do) {
    case 'create':
      return createLines(script, step, at, ordinal);
    case 'call':
      return callLines(step);
    case 'place':
      return (placeOf(step.place, step.action)?.acts ?? []).map(diskLine);
    case 'wire':
      return [];
    case 'world':
      return [moveLine(script, step.move)].flat();
  }
}

function createLines(script: Script, step: CreateStep, at: number, ordinal: number): string[] {
  const config = typedWrong(configCode(step, { wire: script.wire, ordinal }), step);
  const call = `${creatorOf(step)}(app.context, ${config})`;
  if (step.times > 1) {
    const many = withNumber(call);
    return [
      `for (let n = ${ordinal}; n < ${literal(ordinal + step.times)}; n += 1) {`,
      indented(`await ${many};`),
      '}',
    ];
  }
  const spoken = isSubject(script.steps, at) && script.steps.some(isAboutTask);
  return [`${spoken ? 'const task = ' : ''}await ${call};`];
}

/** What the types forbid is what such a story is about. */
function typedWrong(config: string, { variant }: CreateStep): string {
  if (variant !== 'dataNoArray') return config;
  return config.replace(/^( *)data: /m, '$1// @ts-expect-error: data that is no array is what is refused\n$&');
}

/** Each line two columns further right. */
export function indented(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}

/** A download of a loop needs a file of its own. */
export function withNumber(call: string): string {
  return call.replace(/(saveas|filePath): '[^']*'/, `$1: \`./file\${n}.bin\``);
}

/** Do later lines name the task? */
function isAboutTask(step: Step): boolean {
  return step.do === 'call' && step.of === 'task';
}

/** A config as a program writes it. */
export function configCode(
  step: CreateStep,
  options: ConfigOptions,
  written: Readonly<Record<string, string>> = {},
): string {
  const members = membersOf(step, options).map(
    ([key, value, code]) => `${keyed(key)}: ${written[key] ?? code ?? literal(value)}`,
  );
  return block(members);
}

/** An object with a line for each member. */
function block(members: readonly string[]): string {
  return `{\n${members.map((member) => `  ${member},\n`).join('')}}`;
}

/** The call itself: the same for every program that has `agent` and `task`. */
export function callCode({ operation, of }: CallStep, agent = 'agent'): string {
  const tid = of === 'never' ? `'${neverId}'` : of === 'overlong' ? `'${overlongId}'` : 'task.tid';
  switch (operation) {
    case 'start':
    case 'pause':
    case 'resume':
    case 'stop':
      return `task.${operation}()`;
    case 'setMaxSpeed':
      return `task.setMaxSpeed(${literal(maxSpeed)})`;
    case 'remove':
    case 'show':
      return `${agent}.${operation}(${tid})`;
    case 'search':
      return `${agent}.search()`;
    case 'createGroup':
      return `${agent}.createGroup({ notification: {} })`;
    case 'attachGroup':
      return `${agent}.attachGroup(gid, [task.tid])`;
  }
}

function callLines(step: CallStep): string[] {
  const agent = step.by === 'other' ? `world.addApp({ uid: ${literal(otherUid)} }).request.agent` : 'agent';
  const call = `await ${callCode(step, agent)};`;
  return [step.operation === 'createGroup' ? `const gid = ${call}` : call];
}

function diskLine(act: DiskAct): string {
  const path = literal(`${root}/${act.name}`);
  if (act.make === 'directory') return `world.disk.makeDirectory(${path});`;
  if (act.make === 'file') return `world.disk.write(${path}, 'old');`;
  if (act.make === 'link') {
    return `world.disk.makeLink(${path}, ${literal(act.to.startsWith('/') ? act.to : `${root}/${act.to}`)});`;
  }
  return `world.disk.setMode(${path}, ${literal({ readable: act.readable, writable: act.writable })});`;
}

function moveLine(script: Script, move: WorldMove): string | string[] {
  const path = literal(fileOfSubject(script));
  switch (move) {
    case 'appLeaves':
      return 'world.app.toBackground();';
    case 'offline':
    case 'cellular':
      return `world.setNetwork('${move}');`;
    case 'userLeaves':
      return `world.setAccount(${user}, 'suspended');`;
    case 'serviceDies':
      return "world.setService('unavailable');";
    case 'storeFills':
      return "world.store.failNext('full');";
    case 'fileBreaks':
      return [`world.disk.unlink(${path});`, `world.disk.makeDirectory(${path});`];
    case 'graceEnds':
    case 'moment':
    case 'wait':
    case 'week':
      return `await world.run(${literal(durationsMs[move])});`;
  }
}
