import { Faults } from '../../api/constants.ts';

/** What a failed task says of itself. It is no code: nothing is refused with it. */
export interface FaultExplanation {
  readonly name: keyof typeof Faults;
  /** As `faults` of a TaskInfo has it. */
  readonly number: number;
  readonly causes: readonly string[];
  /** One command. */
  readonly reproduce: string;
}

/** @param asked  `TIMEOUT` or `Faults.TIMEOUT`, in any case. @returns null for what is none. */
export async function faultFor(asked: string): Promise<FaultExplanation | null> {
  const wanted = asked
    .trim()
    .replace(/^faults\./i, '')
    .toUpperCase();
  const name = (Object.keys(Faults) as (keyof typeof Faults)[]).find((each) => each === wanted);
  if (name === undefined) return null;
  // It brings a whole world with it.
  const { subjects } = await import('../../repro/index.ts');
  const causes = subjects.find((subject) => subject.name === name)?.causes.map(({ text }) => text) ?? [];
  return { name, number: Faults[name], causes, reproduce: `npx longshore repro ${name}` };
}
