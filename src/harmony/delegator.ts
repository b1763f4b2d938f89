/**
 * `@ohos.app.ability.abilityDelegatorRegistry`: for the runner files of a device. Here a runner of our own loads the
 * suites, so all of this answers and does nothing.
 * @source neighbours.md 10
 */
import { type ApplicationContext, contextsOf } from './context.ts';
import { theDevice } from './device.ts';
import { type BothForms, bothForms } from './forms.ts';
import { withUnsupported } from './unsupported.ts';
import type { Want } from './want-agent.ts';

interface Args {
  bundleName: string;
  parameters: Record<string, string>;
  testCaseNames: string;
  testRunnerClassName: string;
}

interface Monitor {
  abilityName: string;
  moduleName?: string;
  onAbilityCreate?: (ability: object) => void;
  onAbilityForeground?: (ability: object) => void;
  onAbilityBackground?: (ability: object) => void;
  onAbilityDestroy?: (ability: object) => void;
  onWindowStageCreate?: (ability: object) => void;
  onWindowStageRestore?: (ability: object) => void;
  onWindowStageDestroy?: (ability: object) => void;
}

interface ShellResult {
  stdResult: string;
  exitCode: number;
}

interface Delegator {
  /** Takes the monitor, which never hears anything. */
  addAbilityMonitor: BothForms<[monitor: Monitor], void>;
  removeAbilityMonitor: BothForms<[monitor: Monitor], void>;
  /** There is no shell: always `{ stdResult: '', exitCode: 0 }`. */
  executeShellCommand: BothForms<[cmd: string], ShellResult, [timeoutSecs: number]>;
  startAbility: BothForms<[want: Want], void>;
  finishTest: BothForms<[msg: string, code: number], void>;
  print: BothForms<[msg: string], void>;
  printSync(msg: string): void;
  getAppContext(): ApplicationContext;
  setMockList(mockList: Record<string, string>): void;
}

const AbilityLifecycleState = { UNINITIALIZED: 0, CREATE: 1, FOREGROUND: 2, BACKGROUND: 3, DESTROY: 4 };

const nothing = () => () => {};
const print = (message: string) => () => console.info(message);

const delegator = withUnsupported<Delegator>('AbilityDelegator', {
  addAbilityMonitor: bothForms<[monitor: Monitor], void>(nothing),
  removeAbilityMonitor: bothForms<[monitor: Monitor], void>(nothing),
  executeShellCommand: bothForms<[cmd: string], ShellResult, [timeoutSecs: number]>(() => () => ({
    stdResult: '',
    exitCode: 0,
  })),
  startAbility: bothForms<[want: Want], void>(nothing),
  finishTest: bothForms<[msg: string, code: number], void>(print),
  print: bothForms<[msg: string], void>(print),
  printSync: (message) => print(message)(),
  getAppContext: () => contextsOf().application,
  setMockList: () => {},
});

const abilityDelegatorRegistry = withUnsupported('abilityDelegatorRegistry', {
  AbilityLifecycleState,
  getAbilityDelegator: (): Delegator => delegator,
  getArguments: (): Args => ({
    bundleName: theDevice().bundle,
    parameters: {},
    testCaseNames: '',
    testRunnerClassName: '',
  }),
});

declare namespace abilityDelegatorRegistry {
  type AbilityDelegator = Delegator;
  type AbilityDelegatorArgs = Args;
  type AbilityMonitor = Monitor;
  type ShellCmdResult = ShellResult;
  type AbilityLifecycleState = number;
}

export default abilityDelegatorRegistry;
