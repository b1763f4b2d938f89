/** `@ohos.app.ability.wantAgent`: makes objects that a notification takes for what they are. @source neighbours.md 7 */
import { isObject, itemsOf, parameterError } from '../api/fields.ts';
import { theDevice } from './device.ts';
import { bothForms } from './forms.ts';
import { withUnsupported } from './unsupported.ts';

/** Opaque. */
export type WantAgent = object;

/** What somebody wants of an app. */
export interface Want {
  deviceId?: string;
  bundleName?: string;
  abilityName?: string;
  moduleName?: string;
  uri?: string;
  type?: string;
  action?: string;
  flags?: number;
  entities?: Array<string>;
  // biome-ignore lint/suspicious/noExplicitAny: published like this
  parameters?: Record<string, any>;
}

interface Info {
  wants: Array<Want>;
  requestCode: number;
  actionType?: number;
  actionFlags?: Array<number>;
  /** The older `actionType`. */
  operationType?: number;
  /** The older `actionFlags`. */
  wantAgentFlags?: Array<number>;
  // biome-ignore lint/suspicious/noExplicitAny: published like this
  extraInfo?: { [key: string]: any };
  // biome-ignore lint/suspicious/noExplicitAny: published like this
  extraInfos?: Record<string, any>;
}

const OperationType = {
  UNKNOWN_TYPE: 0,
  START_ABILITY: 1,
  START_ABILITIES: 2,
  START_SERVICE: 3,
  SEND_COMMON_EVENT: 4,
};

const WantAgentFlags = {
  ONE_TIME_FLAG: 0,
  NO_BUILD_FLAG: 1,
  CANCEL_PRESENT_FLAG: 2,
  UPDATE_PRESENT_FLAG: 3,
  CONSTANT_FLAG: 4,
  REPLACE_ELEMENT: 5,
  REPLACE_ACTION: 6,
  REPLACE_URI: 7,
  REPLACE_ENTITIES: 8,
  REPLACE_BUNDLE: 9,
};

const wantAgent = withUnsupported('wantAgent', {
  OperationType,
  WantAgentFlags,

  /** @throws 401 */
  getWantAgent: bothForms<[info: Info], WantAgent>((info) => {
    const targets = targetsOf(info);
    return () => {
      const agent = {};
      theDevice().wantAgents.set(agent, targets);
      return agent;
    };
  }),
});

declare namespace wantAgent {
  type WantAgentInfo = Info;
  type OperationType = number;
  type WantAgentFlags = number;
}

export default wantAgent;

/** The bundles that the wants are for; a want that names none is for the app itself. @throws PARAMETER */
function targetsOf(info: unknown): readonly string[] {
  const legal = '{ wants: Want[], requestCode: number }';
  if (!isObject(info)) throw parameterError('type', 'info is no object', info, legal);
  const wants = itemsOf((info as Partial<Info>).wants, 'info.wants');
  if (wants === undefined) throw parameterError('type', 'info.wants is no array', info, legal);
  return wants.map((want) => {
    if (!isObject(want)) throw parameterError('type', 'info.wants holds no Want', want, legal);
    const { bundleName } = want as Want;
    return typeof bundleName === 'string' && bundleName !== '' ? bundleName : theDevice().bundle;
  });
}
