import fc from 'fast-check';
import { anyStep } from './scripts.ts';
import type { Session } from './session.ts';
import { stepText } from './steps.ts';
import type { Step } from './types.ts';

/** A step as a command of fast-check; the model is yours. */
export type StepCommand<Model extends object> = fc.AsyncCommand<Model, Session>;

export interface CommandSettings<Model extends object> {
  /** Names that the client offers. */
  readonly actions: readonly string[];
  /** Keeps your model in step. */
  readonly onStep?: (model: Model, step: Step, session: Session) => void;
  /** 40 unless told. */
  readonly commandsMax?: number;
}

/**
 * What a user and the world may do next, for a property of your own: `fc.asyncModelRun` over an open `Session`, which
 * you end and close. A command fails when an invariant of the session is broken.
 */
export function fuzzCommands<Model extends object>(
  settings: CommandSettings<Model>,
): fc.Arbitrary<Iterable<StepCommand<Model>>> {
  const { actions, onStep, commandsMax = 40 } = settings;
  const command = anyStep(actions).map((step) => commandOf(step, onStep));
  return fc.commands([command], { maxCommands: commandsMax, size: 'max' });
}

function commandOf<Model extends object>(step: Step, onStep: CommandSettings<Model>['onStep']): StepCommand<Model> {
  return {
    check: () => true,
    async run(model, session) {
      await session.do(step);
      onStep?.(model, step, session);
      const broken = session.broken();
      if (broken !== null) throw new Error(`${broken.invariant}: ${broken.message}`);
    },
    toString: () => stepText(step),
  };
}
