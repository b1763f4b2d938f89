/** `@ohos.request` off the device, and the device that it runs on. */
export { configureDevice, createDevice, type Device, type DeviceOptions, theDevice } from './device.ts';
export { default, request } from './request.ts';
