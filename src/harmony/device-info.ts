/** `@ohos.deviceInfo`: constants of the device. @source neighbours.md 12 */
import { theDevice } from './device.ts';

const deviceInfo = {
  /** `phone`, `tablet`, `2in1`, `tv`, `wearable`, `car` or `default`. */
  get deviceType(): string {
    return theDevice().deviceType;
  },
  /** What version-dependent code asks. */
  get sdkApiVersion(): number {
    return theDevice().sdk;
  },
  manufacture: 'longshore',
  brand: 'longshore',
  marketName: 'longshore',
  productSeries: 'longshore',
  productModel: 'longshore',
  osFullName: 'OpenHarmony',
  osReleaseType: 'Release',
  displayVersion: 'longshore',
  distributionOSName: 'OpenHarmony',
  distributionOSVersion: '',
  /** 0: this is no distribution. */
  distributionOSApiVersion: 0,
};

export default deviceInfo;
