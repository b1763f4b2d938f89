/** `@ohos.net.statistics`: bytes that apps have moved since the device started. @source neighbours.md 12 */
import { parameterError } from '../api/fields.ts';
import { theDevice } from './device.ts';
import { bothForms } from './forms.ts';
import type { Traffic } from './traffic.ts';
import { withUnsupported } from './unsupported.ts';

/** Of one uid; only the app on the device moves anything. @throws PARAMETER */
const ofUid = (bytesOf: (traffic: Traffic) => number) => (uid: number) => {
  if (!Number.isInteger(uid) || uid < 0) throw parameterError('type', 'uid is no number', uid, 'the uid of an app');
  return () => (uid === theDevice().uid ? bytesOf(theDevice().traffic) : 0);
};

const ofAll = (bytesOf: (traffic: Traffic) => number) => () => () => bytesOf(theDevice().traffic);

const statistics = withUnsupported('statistics', {
  getUidRxBytes: bothForms<[uid: number], number>(ofUid(({ rxBytes }) => rxBytes)),
  getUidTxBytes: bothForms<[uid: number], number>(ofUid(({ txBytes }) => txBytes)),
  getAllRxBytes: bothForms<[], number>(ofAll(({ rxBytes }) => rxBytes)),
  getAllTxBytes: bothForms<[], number>(ofAll(({ txBytes }) => txBytes)),
});

export default statistics;
