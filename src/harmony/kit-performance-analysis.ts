/** `@kit.PerformanceAnalysisKit`. @source neighbours.md 0.1 */
import { unsupported } from './unsupported.ts';

export { default as hilog } from './hilog.ts';

export const hiAppEvent = unsupported('hiAppEvent');
export const hichecker = unsupported('hichecker');
export const hidebug = unsupported('hidebug');
export const hiSysEvent = unsupported('hiSysEvent');
export const hiTraceChain = unsupported('hiTraceChain');
export const hiTraceMeter = unsupported('hiTraceMeter');
