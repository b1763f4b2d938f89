/**
 * The contexts of an app, of both application models, as the device shows them.
 * @source neighbours.md 6, 9
 */
import { type Device, theDevice } from './device.ts';
import { type BothForms, bothForms } from './forms.ts';
import { type Unsupported, unsupported } from './unsupported.ts';

export abstract class BaseContext {
  abstract stageMode: boolean;
}

export interface ApplicationInfo {
  /** The bundle name. */
  readonly name: string;
  readonly uid: number;
}

/** Encryption level 2: what the user's first unlock opens. */
const el2 = 1;
const app = '/data/storage/el2/base';

/** A context of the stage model. Directories are paths of the device; the file modules know where they lie. */
export class Context extends BaseContext {
  stageMode = true;
  area = el2;
  readonly cacheDir: string;
  readonly tempDir: string;
  readonly filesDir: string;
  readonly databaseDir: string;
  readonly preferencesDir: string;
  readonly distributedFilesDir = '/data/storage/el2/distributedfiles';
  readonly cloudFileDir = '/data/storage/el2/cloud';
  readonly bundleCodeDir = '/data/storage/el1/bundle';
  readonly resourceDir: string;
  readonly applicationInfo: ApplicationInfo;
  readonly processName: string;
  readonly eventHub: Unsupported = unsupported('Context.eventHub');
  readonly resourceManager: Unsupported = unsupported('Context.resourceManager');
  readonly #device: Device;

  /** @param directory  what the directories of this context lie in. */
  constructor(device: Device, directory: string) {
    super();
    this.#device = device;
    this.cacheDir = `${directory}/cache`;
    this.tempDir = `${directory}/temp`;
    this.filesDir = `${directory}/files`;
    this.databaseDir = `${directory}/database`;
    this.preferencesDir = `${directory}/preferences`;
    this.resourceDir = `${this.bundleCodeDir}/${device.module}/resources/resfile`;
    this.applicationInfo = { name: device.bundle, uid: device.uid };
    this.processName = device.bundle;
  }

  /** The context of the whole app, whose directories are not those of its modules. */
  getApplicationContext(): ApplicationContext {
    return contextsOf(this.#device).application;
  }

  createModuleContext(moduleName: string): Context {
    return new Context(this.#device, `${app}/haps/${moduleName}`);
  }
}

export class ApplicationContext extends Context {}

export class AbilityStageContext extends Context {}

export class UIAbilityContext extends Context {}

/** The context of the FA model: directories are asked for. */
export class FeatureContext extends BaseContext {
  stageMode = false;
  readonly getCacheDir: BothForms<[], string>;
  readonly getFilesDir: BothForms<[], string>;
  /** The directory that the others lie in. */
  readonly getOrCreateLocalDir: BothForms<[], string>;
  readonly getBundleName: BothForms<[], string>;
  readonly getApplicationInfo: BothForms<[], ApplicationInfo>;
  readonly #device: Device;

  constructor(device: Device) {
    super();
    this.#device = device;
    const directory = `${app}/haps/${device.module}`;
    const answering = <T>(answer: T) => bothForms<[], T>(() => () => answer);
    this.getCacheDir = answering(`${directory}/cache`);
    this.getFilesDir = answering(`${directory}/files`);
    this.getOrCreateLocalDir = answering(directory);
    this.getBundleName = answering(device.bundle);
    this.getApplicationInfo = answering({ name: device.bundle, uid: device.uid });
  }

  getApplicationContext(): FeatureContext {
    return contextsOf(this.#device).feature;
  }
}

interface Contexts {
  readonly ability: UIAbilityContext;
  readonly stage: AbilityStageContext;
  readonly application: ApplicationContext;
  readonly feature: FeatureContext;
}

const contexts = new WeakMap<Device, Contexts>();

/** The contexts of the app on a device, the same objects each time. */
export function contextsOf(device: Device = theDevice()): Contexts {
  const known = contexts.get(device);
  if (known !== undefined) return known;
  const made: Contexts = {
    ability: new UIAbilityContext(device, `${app}/haps/${device.module}`),
    stage: new AbilityStageContext(device, `${app}/haps/${device.module}`),
    application: new ApplicationContext(device, app),
    feature: new FeatureContext(device),
  };
  contexts.set(device, made);
  return made;
}
