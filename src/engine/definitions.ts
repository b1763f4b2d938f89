/**
 * What a bundle carries in XState's place where charts are only stepped: `setup`, `assign` and `emit` that keep a
 * definition as it was written, for `compile.ts` to read. `longshore/machines` has XState's own; a test holds the tables
 * of both to each other.
 */
export function setup({ guards = {}, actions = {} }: { guards?: object; actions?: object }) {
  return {
    createMachine: (config: { readonly id: string }) => ({
      id: config.id,
      config,
      implementations: { guards, actions },
    }),
  };
}

export function assign(assignment: unknown) {
  return { type: 'xstate.assign', assignment };
}

export function emit(event: unknown) {
  return { type: 'xstate.emit', event };
}
