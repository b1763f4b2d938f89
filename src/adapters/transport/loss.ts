import type { Random } from '../../ports/random.ts';

/** What one packet carries, as over Ethernet. */
const packetBytes = 1_460;
/** A sender waits this long for an answer before it sends again, and each time twice as long. @source RFC 6298 */
const retransmitMsMin = 200;
const retransmissionsMax = 8;

/**
 * What a lossy wire does to a stream: nothing is missing in the end, but everything waits until the lost packets have come
 * again. Those lost of one piece are sent again together.
 *
 * @param loss  the share of packets that are lost, 0 to below 1.
 * @returns     ms that are lost; Infinity when a packet is lost so often that the sender gives up.
 */
export function lostMs(
  random: Random,
  bytes: number,
  { loss, latencyMs }: { loss: number; latencyMs: number },
): number {
  if (loss <= 0) return 0;
  let packets = Math.max(1, Math.ceil(bytes / packetBytes));
  let waitMs = Math.max(retransmitMsMin, 2 * latencyMs);
  let lost = 0;
  for (let round = 0; round < retransmissionsMax; round++, waitMs *= 2) {
    let missing = 0;
    for (let packet = 0; packet < packets; packet++) if (random.next() < loss) missing += 1;
    if (missing === 0) return lost;
    packets = missing;
    lost += waitMs;
  }
  return Number.POSITIVE_INFINITY;
}
