/** Four cloud services without a socket. Imports no Node module; `longshore/cloud/http` puts them behind one. */

export { baiduPcs } from './baidu-pcs/index.ts';
export type { CloudFault, WireFault } from './faults.ts';
export { gokuai } from './gokuai/index.ts';
export { type CloudService, type CloudServiceOptions, createCloudService } from './in-process.ts';
export { type Scenario, ScenarioError } from './scenario.ts';
export type { Condition, ServiceDefinition, ServiceName } from './service.ts';
export { type AnyService, isServiceName, loadService, serviceNames } from './services.ts';
export { tencentCi } from './tencent-ci/index.ts';
export { tencentCosV4 } from './tencent-cos-v4/index.ts';
