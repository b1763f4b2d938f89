/** `@kit.BasicServicesKit`. @source neighbours.md 0.1 */
import { unsupported } from './unsupported.ts';

export type { AsyncCallback, BusinessError, Callback, ErrorCallback } from './base.ts';
export { default as cacheDownload } from './cache-download.ts';
export { default as commonEventManager } from './common-event.ts';
export { default as deviceInfo } from './device-info.ts';
export { default as request } from './request.ts';
export { default as Request } from './system-request.ts';

export const emitter = unsupported('emitter');
export const osAccount = unsupported('osAccount');
export const systemDateTime = unsupported('systemDateTime');
export const zlib = unsupported('zlib');
