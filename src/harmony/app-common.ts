/** `@ohos.app.ability.common`: types alone. @source neighbours.md 6 */
import type * as contexts from './context.ts';

const common = {};

declare namespace common {
  type BaseContext = contexts.BaseContext;
  type Context = contexts.Context;
  type ApplicationContext = contexts.ApplicationContext;
  type AbilityStageContext = contexts.AbilityStageContext;
  type UIAbilityContext = contexts.UIAbilityContext;
}

export default common;
