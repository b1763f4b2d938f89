/** `@kit.AbilityKit`. @source neighbours.md 0.1 */
import { unsupported } from './unsupported.ts';

export { AbilityStage } from './ability-stage.ts';
export { default as common } from './app-common.ts';
export type { Context } from './context.ts';
export { default as featureAbility } from './feature-ability.ts';
export { UIAbility } from './ui-ability.ts';
export { default as wantAgent, type Want, type WantAgent } from './want-agent.ts';

/** Why and how an ability was started; types alone. */
export const AbilityConstant = {};
export declare namespace AbilityConstant {
  type LaunchParam = object;
}

/** A permission's name. */
export type Permissions = string;

export interface PermissionRequestResult {
  readonly permissions: string[];
  /** 0 for each that is granted, −1 for each that is not. */
  readonly authResults: number[];
}

export const abilityAccessCtrl = unsupported('abilityAccessCtrl');
export const application = unsupported('application');
export const bundleManager = unsupported('bundleManager');
