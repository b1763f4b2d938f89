import type { Rules, State } from '../../machines/vocabulary.ts';
import type { AppContext, Request } from '../api/task-engine.ts';
import type { TraceEntry } from '../engine/trace.ts';

/** What a client gets of the device it runs on. It knows nothing of the simulation. */
export interface Device {
  /** The module of the platform: `request.agent`, `downloadFile`, … */
  readonly request: Request;
  readonly context: AppContext;
  /** Where the world's server has a path, such as `/a.bin`. */
  readonly url: (path: string) => string;
  readonly files: DeviceFiles;
  /** The app is shown. It is when a process begins; that is not told. */
  onForeground(listener: () => void): void;
  /** The app is hidden. */
  onBackground(listener: () => void): void;
}

/** The sandbox of the app: all below `/data`. A relative path lies in the cache directory. */
export interface DeviceFiles {
  /** Null where there is none. */
  read(path: string): Uint8Array | null;
  exists(path: string): boolean;
  /** @throws FileTrouble when the disk is full, or fails. */
  write(path: string, text: string): void;
  /** Nothing happens where there is none. */
  remove(path: string): void;
  /** Paths of all files, sorted. */
  list(): string[];
}

/** What a user may do, by name. `n` is small and whole, 0 or more: which item of a list was tapped, say. */
export type Actions = Readonly<Record<string, (n: number) => unknown>>;

/**
 * The code to be fuzzed. Called once for each process of the app, so again after a kill; what an earlier process held is
 * gone then, but for files and tasks.
 */
// biome-ignore lint/suspicious/noConfusingVoidType: a client that offers nothing returns nothing
export type Client = (device: Device) => Actions | void | Promise<Actions | void>;

/** The world of a run, before anything happens in it. */
export interface WorldSettings {
  /** What the server has: path → bytes of generated content, or the text itself. `*` stands for every other path. */
  readonly files: Readonly<Record<string, number | string>>;
  /** What the app's sandbox holds when it is installed: path → text. */
  readonly sandbox: Readonly<Record<string, string>>;
  readonly latencyMs: number;
  /** 0 for no limit. */
  readonly bytesPerSecond: number;
  /** Tasks of the app that have not ended: more are refused with 21900004. Small, so that it is met. */
  readonly tasksMax: number;
  /** Tasks that run at once. */
  readonly slots: number;
}

/** All that one run is made of: plain JSON. */
export interface Script {
  readonly rules: Rules;
  /** What the world draws its own chance from, such as ids of tasks. */
  readonly seed: number;
  readonly world: WorldSettings;
  readonly steps: readonly Step[];
  /**
   * How many ms of virtual time later than it could each promise of longshore's, each event and each timer of the client
   * reaches the client, in the order in which they come up. Past the end of the list: 0.
   */
  readonly order: readonly number[];
}

/** What a user does, or what happens. */
export type Step =
  /** The user opens the app if it is hidden, and does what the client offers by this name. */
  | { readonly do: 'act'; readonly name: string; readonly n: number }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'app'; readonly to: 'foreground' | 'background' | 'relaunched' }
  | { readonly do: 'service'; readonly to: 'down' | 'up' | 'restarted' }
  | { readonly do: 'network'; readonly to: 'offline' | 'wifi' | 'cellular' | 'roaming' }
  | { readonly do: 'account'; readonly to: 'away' | 'back' }
  /** 0 to 7; more is worse. */
  | { readonly do: 'memory'; readonly level: number }
  | { readonly do: 'clock'; readonly jumpMs: number }
  | { readonly do: 'disk'; readonly to: 'full' | 'free' | 'failing' | 'power cut' }
  | { readonly do: 'server'; readonly fault: ServerFault };

/** What the next `times` requests meet. */
export type ServerFault = { readonly times: number } & (
  | { readonly is: 'refused'; readonly cause: 'dns' | 'tcp' | 'ssl' | 'timeout' }
  /** The connection breaks. */
  | { readonly is: 'reset'; readonly afterBytes: number }
  /** Nothing more comes, and nothing breaks. */
  | { readonly is: 'stall'; readonly afterBytes: number }
  /** The body ends early, and nobody can tell. */
  | { readonly is: 'truncated'; readonly afterBytes: number }
  | { readonly is: 'late'; readonly delayMs: number }
  /** Such as an error of a cloud service, with its body. */
  | { readonly is: 'status'; readonly status: number; readonly body: string }
  /** Another ETag, and other bytes of the same length: from now on, whatever `times` says. */
  | { readonly is: 'new version' }
  | { readonly is: 'no ranges' }
  /** The length that is named is one byte more than what comes. */
  | { readonly is: 'wrong length' }
  | { readonly is: 'redirect loop' }
  /** An error that calls itself a success: 200, with a page in place of the file, and the length of the page. */
  | { readonly is: 'error page'; readonly body: string }
);

/** A promise about every run. Asked after every step, and once more at the end. */
export interface Invariant {
  readonly name: string;
  /** @returns null: it holds. Otherwise what is wrong, as a sentence. */
  check(run: RunView): string | null;
}

/** A call that the client made of longshore. */
export interface Call {
  /** Ms of virtual time since the run began. */
  readonly atMs: number;
  /** 1 for the first process of the app. */
  readonly process: number;
  /** Such as `create`, `start`, `downloadFile`, `on`. */
  readonly operation: string;
  /** The task it was made on or made; null for none, or none yet. */
  readonly tid: string | null;
  /** Actions of the user that were under way. */
  readonly actions: readonly string[];
  /** `pending` until longshore answers; what the client has heard of that is another matter. */
  readonly outcome: 'pending' | 'done' | 'refused';
  /** The code of a refusal. */
  readonly code: number | null;
}

/** An event that reached the client: at least one listener heard it. */
export interface Heard {
  readonly atMs: number;
  readonly process: number;
  readonly tid: string;
  /** Such as `progress`, `completed`; of legacy tasks `complete`, `fail`. */
  readonly event: string;
  readonly payload: readonly unknown[];
}

/** What the client let slip. */
export interface Trouble {
  readonly atMs: number;
  /**
   * rejection: of a promise, and nobody caught it. listener, timer: it threw there, uncaught. action: what a user did
   * ended so. client: the client itself did, when its process began. outside: it left the world, as by `fetch`.
   */
  readonly kind: 'rejection' | 'listener' | 'timer' | 'action' | 'client' | 'outside';
  /** Which listener, timer, action, or way out. */
  readonly of: string;
  readonly thrown: unknown;
}

/** One task of the app, as the service has it. */
export interface TaskView {
  readonly tid: string;
  readonly action: 'download' | 'upload';
  readonly state: State;
  /** Since when, in ms of virtual time since the run began. */
  readonly sinceMs: number;
  /** Why it is in this state, in the words of `show`. */
  readonly reason: string;
  readonly url: string;
  /** Where a download goes; empty for an upload. */
  readonly target: string;
  readonly processed: number;
  readonly index: number;
}

/** A file that a client was given, or told of, though it is not what the server has. */
export interface WrongFile {
  readonly atMs: number;
  readonly path: string;
  /** completed: a task said it is whole. read: the client read it. */
  readonly how: 'completed' | 'read';
  readonly tid: string;
  readonly bytes: number;
  readonly expectedBytes: number;
}

/** What an invariant may look at. */
export interface RunView {
  /** Nothing more happens: all that was wrong in the world is right again, and time has passed since. */
  readonly ended: boolean;
  /** Ms of virtual time since the run began. */
  readonly atMs: number;
  /** The latest step, from 0; −1 before the first. */
  readonly atStep: number;
  /** The process of the app that lives now; 1 for the first. */
  readonly process: number;
  readonly script: Script;
  /** What was wrong with the world so far: `server new version`, `service restarted`, `disk power cut` … */
  readonly happened: ReadonlySet<string>;
  readonly calls: readonly Call[];
  readonly heard: readonly Heard[];
  readonly troubles: readonly Trouble[];
  readonly wrongFiles: readonly WrongFile[];
  /** Tasks of the app, oldest first. */
  readonly tasks: readonly TaskView[];
  /** Listeners that are on now; `tid` null: `onForeground` and `onBackground`. */
  readonly listeners: readonly { readonly tid: string | null; readonly event: string; readonly count: number }[];
  /** Actions that have not ended. */
  readonly underway: readonly string[];
  readonly files: DeviceFiles;
  /** What a person would say of a task: `task 1`, in the order of creation. */
  readonly nameOf: (tid: string) => string;
  /** Everything the engine did; see `TraceEntry`. */
  readonly trace: readonly TraceEntry[];
}

/** One line of what happened, for people. */
export interface StoryLine {
  /** Ms of virtual time since the run began. */
  readonly atMs: number;
  /** Whose doing it is; `step` lines are those of the script. */
  readonly who: 'step' | 'client' | 'device' | 'trouble';
  readonly text: string;
}

export interface Broken {
  /** The name of the invariant; `limits` when the client never finishes or floods. */
  readonly invariant: string;
  readonly message: string;
  /** The latest step, from 0; −1 before the first; as many as there are steps for the end. */
  readonly atStep: number;
}

export interface Played {
  readonly failure: Broken | null;
  readonly story: readonly StoryLine[];
  /** Of trace and story: equal scripts and equal code, equal digest. 16 hex digits. */
  readonly digest: string;
  readonly trace: readonly TraceEntry[];
  readonly calls: readonly Call[];
  /** What the run reached, sorted; what the corpus goes by. */
  readonly features: readonly string[];
  /** Names that the client offered. */
  readonly actions: readonly string[];
}

export interface Failure extends Broken {
  /** The seed of the campaign. */
  readonly seed: number;
  /** Which run of the campaign, from 0. */
  readonly run: number;
  /** The smallest that was found. */
  readonly script: Script;
  /** The one that failed first. */
  readonly original: Script;
  readonly story: readonly StoryLine[];
  readonly digest: string;
  /** Runs that shrinking took. */
  readonly shrinkRuns: number;
  /** A command that shows it again. */
  readonly replay: string;
}

/** Runs worth coming back to: plain JSON. */
export interface Corpus {
  readonly scripts: readonly Script[];
  /** All that they reached, sorted. */
  readonly features: readonly string[];
}

export interface FuzzReport {
  readonly seed: number;
  readonly runs: number;
  readonly steps: number;
  /** Each invariant once, in the order of runs. */
  readonly failures: readonly Failure[];
  readonly corpus: Corpus;
  /** Which cells were reached, and how often; null unless asked for. */
  readonly coverage: Readonly<Record<string, number>> | null;
}
