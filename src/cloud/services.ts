import type { ServiceDefinition, ServiceName } from './service.ts';

/** A service of which nothing is known but that it is one. */
// biome-ignore lint/suspicious/noExplicitAny: state and settings are each service's own, and nobody else looks into them
export type AnyService = ServiceDefinition<any, any>;

const loaders: Readonly<Record<ServiceName, () => Promise<AnyService>>> = {
  'tencent-ci': async () => (await import('./tencent-ci/index.ts')).tencentCi,
  gokuai: async () => (await import('./gokuai/index.ts')).gokuai,
  'tencent-cos-v4': async () => (await import('./tencent-cos-v4/index.ts')).tencentCosV4,
  'baidu-pcs': async () => (await import('./baidu-pcs/index.ts')).baiduPcs,
};

/** In the order of the specification. */
export const serviceNames = Object.keys(loaders) as readonly ServiceName[];

export function isServiceName(name: string): name is ServiceName {
  return Object.hasOwn(loaders, name);
}

/** Loads one service and nothing of the others. */
export function loadService(name: ServiceName): Promise<AnyService> {
  return loaders[name]();
}
