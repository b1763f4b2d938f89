/** `@ohos.app.ability.AbilityStage`: what an app's module extends. @source neighbours.md 12 */
import { type AbilityStageContext, contextsOf } from './context.ts';

export class AbilityStage {
  context: AbilityStageContext = contextsOf().stage;
  onCreate(): void {}
}

export default AbilityStage;
