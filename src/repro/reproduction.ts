import type { Action, Rules, State } from '../../machines/vocabulary.ts';
import { reasonText } from '../api/constants.ts';
import { unreachable } from '../errors.ts';
import { emitArkts } from './arkts.ts';
import type { Cause, Subject } from './causes.ts';
import { diagramOf } from './diagram.ts';
import { type EmitOptions, emitScript, emitVitest, expectedOf } from './emit.ts';
import { storyOf, type Told, type WayOut, type Why, wayOutOf, whyOf } from './explanation.ts';
import { type Script, scriptOf } from './script.ts';
import type { Path } from './search.ts';
import { type Outcome, play } from './stage.ts';
import type { Step } from './steps.ts';

export const emitKinds = ['ts', 'vitest', 'arkts', 'json', 'mermaid'] as const;
export type EmitKind = (typeof emitKinds)[number];

/** What was asked, with every default filled in. */
export interface Asked {
  readonly name: string;
  readonly cause: number;
  readonly rules: Rules;
  readonly action: Action;
  readonly from: State | null;
  readonly seed: number;
}

/** Where nothing leads to what was asked: what does. */
export interface Detour {
  /** As a sentence. */
  readonly says: string;
  /** Who knows the cause, as options of the same call; empty when nobody does. */
  readonly known: readonly Pick<Asked, 'rules' | 'action'>[];
}

/** The shortest way to an error, and all that can be done with it. */
export interface Reproduction {
  readonly asked: Asked;
  /** What `steps` lead to: what was asked, but for a detour. */
  readonly shown: Asked;
  readonly message: string;
  /** In words. */
  readonly cause: string;
  /** Null when `steps` lead to what was asked. */
  readonly detour: Detour | null;
  readonly steps: readonly Step[];
  readonly why: Why;
  /** Plays it in a world. Equal seed, equal trace. */
  run(): Promise<Outcome>;
  /** The story with its virtual times, the way out, and the trace, by a run. */
  document(): Promise<ReproDocument>;
  /** @returns null where `arkts` cannot be staged on a real machine. */
  emit(kind: EmitKind): Promise<string | null>;
}

/** All there is to tell, as `--json` and `--emit json` print it. */
export interface ReproDocument
  extends Pick<Reproduction, 'asked' | 'shown' | 'message' | 'cause' | 'detour' | 'steps' | 'why'> {
  readonly story: readonly Told[];
  readonly wayOut: WayOut;
  readonly outcome: Outcome;
}

export interface Found {
  readonly subject: Subject;
  readonly cause: Cause;
  readonly asked: Asked;
  readonly shown: Asked;
  readonly path: Path;
  readonly detour: Detour | null;
}

export function reproductionOf({ subject, cause, asked, shown, path, detour }: Found): Reproduction {
  const { refusal } = path.finding;
  const { message } = subject;
  const why = whyOf(path.finding);
  const script = scriptOf(path, shown.rules, shown.action, shown.seed);
  const { steps } = script;
  const program: EmitOptions = {
    script,
    expected: expectedOf(path.finding, subject.fault, subject.name, message),
    title: `${subject.name}, cause ${shown.cause}`,
    heading: [
      `${subject.name} (${message}), cause ${shown.cause}, by the rules of ${shown.rules}.`,
      `${cause.text.replace(/[;.]$/, '')}.`,
      ...(detour === null ? [] : [`Instead of what was asked: ${detour.says}.`]),
      why.says,
    ],
  };
  let played: Promise<Outcome> | null = null;
  const once = () => {
    played ??= playAndCompare(script, path);
    return played;
  };
  const told = { asked, shown, message, cause: cause.text, detour, steps, why };
  const document = async (): Promise<ReproDocument> => {
    const outcome = await once();
    return { ...told, story: storyOf(steps, outcome), wayOut: wayOutOf(path.finding, outcome), outcome };
  };
  return {
    ...told,
    run: () => playAndCompare(script, path),
    document,
    async emit(kind) {
      switch (kind) {
        case 'ts':
          return emitScript(program);
        case 'vitest':
          return emitVitest(program);
        case 'arkts':
          return emitArkts(program);
        case 'json':
          return `${JSON.stringify(await document(), null, 2)}\n`;
        case 'mermaid':
          return diagramOf({ steps, outcome: await once(), refusal, title: program.title });
      }
    },
  };
}

/** A world that answers otherwise than the charts is a bug of ours. */
async function playAndCompare(script: Script, { finding }: Path): Promise<Outcome> {
  const outcome = await play(script);
  const { refusal, failed } = finding;
  const isSame =
    refusal !== null
      ? outcome.error?.code === refusal.code
      : failed !== null && outcome.error === null && outcome.failure?.reason === reasonText(failed, 'client');
  if (!isSame) {
    const wanted = refusal?.code ?? failed;
    const got = outcome.error?.code ?? outcome.failure?.reason ?? 'nothing';
    unreachable(`the charts say ${wanted}, the world says ${got}: ${JSON.stringify(script)}`);
  }
  return outcome;
}
