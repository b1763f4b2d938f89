/** `@kit.NetworkKit`. @source neighbours.md 0.1 */
import { unsupported } from './unsupported.ts';

export { default as socket } from './net-socket.ts';
export { default as statistics } from './net-statistics.ts';

export const connection = unsupported('connection');
export const ethernet = unsupported('ethernet');
export const http = unsupported('http');
export const mdns = unsupported('mdns');
export const networkSecurity = unsupported('networkSecurity');
export const policy = unsupported('policy');
export const sharing = unsupported('sharing');
export const vpn = unsupported('vpn');
export const webSocket = unsupported('webSocket');
