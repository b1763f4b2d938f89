/** `@ohos.app.ability.common`: types alone. @source neighbours.md 6 */
import type * as contexts from './context.ts';

const common = {};

/** The shapes by name: a namespace member that is called like what it stands for would refer to itself, once bundled. */
interface Shapes {
  BaseContext: contexts.BaseContext;
  Context: contexts.Context;
  ApplicationContext: contexts.ApplicationContext;
  AbilityStageContext: contexts.AbilityStageContext;
  UIAbilityContext: contexts.UIAbilityContext;
}

declare namespace common {
  type BaseContext = Shapes['BaseContext'];
  type Context = Shapes['Context'];
  type ApplicationContext = Shapes['ApplicationContext'];
  type AbilityStageContext = Shapes['AbilityStageContext'];
  type UIAbilityContext = Shapes['UIAbilityContext'];
}

export default common;
