/**
 * The device's module names, and the file of this directory, without its extension, that stands in for each.
 * @source neighbours.md 0; harmony-request.md 14
 */
export const modules: Readonly<Record<string, string>> = {
  '@kit.AbilityKit': 'kit-ability',
  '@kit.BasicServicesKit': 'kit-basic-services',
  '@kit.CoreFileKit': 'kit-core-file',
  '@kit.NetworkKit': 'kit-network',
  '@kit.PerformanceAnalysisKit': 'kit-performance-analysis',
  '@kit.TestKit': 'kit-test',
  '@ohos.ability.featureAbility': 'feature-ability',
  '@ohos.app.ability.AbilityStage': 'ability-stage',
  '@ohos.app.ability.UIAbility': 'ui-ability',
  '@ohos.app.ability.abilityDelegatorRegistry': 'delegator',
  '@ohos.app.ability.common': 'app-common',
  '@ohos.app.ability.wantAgent': 'want-agent',
  '@ohos.application.abilityDelegatorRegistry': 'delegator',
  '@ohos.application.testRunner': 'test-runner',
  '@ohos.base': 'base',
  '@ohos.commonEventManager': 'common-event',
  '@ohos.deviceInfo': 'device-info',
  '@ohos.file.fs': 'file-fs',
  '@ohos.fileio': 'fileio',
  '@ohos.hilog': 'hilog',
  '@ohos.net.socket': 'net-socket',
  '@ohos.net.statistics': 'net-statistics',
  '@ohos.request': 'request',
  '@ohos.request.cacheDownload': 'cache-download',
  '@system.request': 'system-request',
  '@ohos/hypium': 'hypium',
  'deccjsunit/index': 'hypium',
};
