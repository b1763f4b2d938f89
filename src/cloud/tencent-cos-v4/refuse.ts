import { refusals } from '../rows.ts';

export const refuse = refusals('tencent-cos-v4');
