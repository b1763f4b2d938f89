/** `@ohos.app.ability.UIAbility`: what an app's shell extends. @source neighbours.md 12 */
import { contextsOf, type UIAbilityContext } from './context.ts';
import type { Want } from './want-agent.ts';

export class UIAbility {
  context: UIAbilityContext = contextsOf().ability;
  onCreate(_want: Want, _launchParam: object): void {}
  onDestroy(): void | Promise<void> {}
  onWindowStageCreate(_windowStage: object): void {}
  onWindowStageDestroy(): void {}
  onForeground(): void {}
  onBackground(): void {}
}

export default UIAbility;
