import type { Call, OutgoingRequest, ResponseHead } from '../../adapters/transport/carrier.ts';
import { TransportTrouble } from '../../adapters/transport/trouble.ts';
import { internet } from '../../api/owner.ts';
import type { Device } from '../device.ts';

/** Starts a request. @throws TransportTrouble when the app has no network. */
export function ask(device: Device, request: Omit<OutgoingRequest, 'proxy'>): Call {
  if (!device.permissions.has(internet)) throw new TransportTrouble('tcp', `the app lacks ${internet}`);
  if (!device.link.isOnline) throw new TransportTrouble('dns', 'the device is offline');
  return device.carrier.send({ ...request, proxy: '' });
}

export async function* piecesOf(call: Call): AsyncGenerator<Uint8Array, void, undefined> {
  for (let piece = await call.next(); piece !== null; piece = await call.next()) yield piece;
}

/** The head of a response as text. Names are in lower case. */
export function headText({ version, status, phrase, headers }: ResponseHead): string {
  const lines = [...headers].flatMap(([name, values]) => values.map((value) => `${name}: ${value}\r\n`));
  return `${version} ${status} ${phrase}\r\n${lines.join('')}\r\n`;
}
