/** `@ohos.ability.featureAbility`, of the FA model. @source neighbours.md 9 */
import { contextsOf, type FeatureContext } from './context.ts';
import { withUnsupported } from './unsupported.ts';

const featureAbility = withUnsupported('featureAbility', {
  getContext: (): FeatureContext => contextsOf().feature,
});

declare namespace featureAbility {
  type Context = FeatureContext;
}

export default featureAbility;
