/** What each command is for, in the order of the help, which tells it without loading any of them. */
export const verbs = {
  get: 'Download files; the same command goes on where an interrupted one stopped',
  put: 'Upload files: one request for each, one after the other',
  tasks: 'List the tasks in the store, or remove them',
  demo: 'Move real files, break things on the way, and raise every documented error',
  test: "Run a device's test files (hypium), each on a device of its own",
  explain: 'Say what an error means, where it comes from, what to do about it, and how to see it',
  repro: 'Find the shortest way to an error, show it, and say the way out',
  fuzz: 'Look for a run in which code that uploads and downloads goes wrong',
  replay: 'Play a failure that fuzz found again, and say what has changed',
  check: 'Hold a log that was recorded on a device against the machines',
  serve: 'Serve cloud services on this machine, down to the wire, with every error',
} as const;

export type Verb = keyof typeof verbs;

export function metaOf(name: Verb): { readonly name: string; readonly description: string } {
  return { name, description: verbs[name] };
}
