/** Where a run was when an invariant threw. */
export interface Thrown {
  readonly invariant: string;
  readonly thrown: unknown;
  /** The latest step, from 0; −1 before the first. */
  readonly atStep: number;
}

/** A run of a campaign. */
export interface CampaignRun {
  readonly seed: number;
  /** From 0. */
  readonly run: number;
}

/** An invariant of the client's throws, so that nobody knows whether it holds. `cause` is what it threw. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
  readonly at: Thrown;
  /** Null outside of a campaign. */
  readonly of: CampaignRun | null;

  constructor(at: Thrown, of: CampaignRun | null = null) {
    const { invariant, thrown, atStep } = at;
    const place = [
      ...(of === null ? [] : [`in run ${of.run + 1} of seed ${of.seed}`]),
      atStep < 0 ? 'before the first step' : `after step ${atStep + 1}`,
    ];
    super(`the invariant ${invariant} throws ${place.join(', ')}: ${String(thrown)}`, { cause: thrown });
    this.at = at;
    this.of = of;
  }
}

/** @throws InvariantError, by rejection: one that names the run. */
export async function inRun<T>(of: CampaignRun, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw error instanceof InvariantError ? new InvariantError(error.at, of) : error;
  }
}
