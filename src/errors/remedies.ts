import type { CatalogueName, ErrorRow } from './catalogues.ts';
import type { Codes } from './codes.ts';
import { isError, travels } from './facts.ts';

/**
 * What a client can do about an error.
 *
 * retry: the same request again. pause: the same, later. sign: the same, with a new signature or token. way: another
 * request first, or instead. person: nothing until somebody acts. final: the same request is not worth sending again.
 * none: it is no error. local: no server said it.
 */
export type RemedyKind = 'retry' | 'pause' | 'sign' | 'way' | 'person' | 'final' | 'none' | 'local';

export interface Remedy {
  readonly kind: RemedyKind;
  /** In a sentence. */
  readonly advice: string;
}

interface Listed<Code> extends Remedy {
  readonly codes: readonly Code[];
}

type CloudName = Exclude<CatalogueName, 'harmony'>;

const again = 'Send it again.';
const later = 'Send it again after a pause.';
const anew = 'Sign it anew and send it again.';

/** @source cloud-services.md 2.5, 3.6, 4.5, 5.5: “Retryable” */
const remedies: { readonly [Service in CloudName]: readonly Listed<Codes[Service]>[] } = {
  'tencent-ci': [
    { kind: 'pause', advice: later, codes: [-164, -29214, -60949, 1020] },
    { kind: 'pause', advice: 'Send it again later.', codes: [-120, -901, -902, -46614] },
    { kind: 'retry', advice: 'Send it again if the source is yours: it could not be loaded.', codes: [-65010] },
    { kind: 'retry', advice: again, codes: [1007, 'Other'] },
    { kind: 'sign', advice: anew, codes: [-46619, 1014] },
  ],
  gokuai: [
    { kind: 'retry', advice: again, codes: [500, 50001, 500011, 502, 503, 50302, 40020, 404405, 400041] },
    { kind: 'way', advice: 'Ask create_file again: it names another upload server.', codes: [50301] },
    { kind: 'pause', advice: later, codes: [50304, 40314, 40320, 403201] },
    {
      kind: 'sign',
      advice: 'Get a new token or sign with the time of now, and send it again.',
      codes: [40102, 40106, 40304, 403040, 4000305],
    },
    { kind: 'way', advice: 'Ask for a new address, and go there.', codes: [403211, 404092] },
    {
      kind: 'person',
      advice: 'Send it again once whoever locked it, or edits it, is done.',
      codes: [403151, 403154, 403311, 403312, 40329],
    },
    { kind: 'person', advice: 'Send it again once somebody has made room.', codes: [40321, 403212, 403213] },
  ],
  'tencent-cos-v4': [
    {
      kind: 'retry',
      advice: again,
      codes: [
        ...([-500, 500, 503, 504, 599, -66, -84, -86, -89, -152, -181, -183, -196, -292, -4004, -4005, -4017] as const),
        ...([-4024, -4025, -5981, -5982, -5985, -5989, -5997, -9999] as const),
      ],
    },
    { kind: 'pause', advice: later, codes: [-71, -300] },
    {
      kind: 'way',
      advice: 'Ask upload_slice_list what is there, send the slices that are missing, and finish.',
      codes: [-4019, -4014, -4015, -290],
    },
    {
      kind: 'way',
      advice: 'Begin with a new upload_slice_init, and send the file from its first byte.',
      codes: [-94, -95, -4026, -4027, -5983],
    },
    { kind: 'sign', advice: anew, codes: [-96, -77] },
  ],
  'baidu-pcs': [
    {
      kind: 'retry',
      advice: again,
      codes: [
        ...([
          31001, 31002, 31021, 31022, 31025, 31067, 31068, 31069, 31070, 31071, 31072, 31073, 31101, 31102,
        ] as const),
        ...([31103, 31141, 31209, 31212, 31213, 31214, 31215, 31216, 31217, 31298, 31299] as const),
      ],
    },
    {
      kind: 'retry',
      advice: 'Send it again, but look at the request too: the list or the result was empty.',
      codes: [31003, 31082],
    },
    { kind: 'pause', advice: later, codes: [31219] },
    { kind: 'sign', advice: 'Get a new access token and send it again.', codes: [110] },
    { kind: 'way', advice: 'Send the whole file with method upload.', codes: [31079] },
    { kind: 'way', advice: 'Send the slices again, then join them.', codes: [31081, 31083] },
    {
      kind: 'way',
      advice: 'After mkdir all is well: it is there. Else choose another name, or ondup.',
      codes: [31061],
    },
  ],
};

const final: Remedy = {
  kind: 'final',
  advice: 'Do not send it again as it is: nothing says that it would fare better.',
};
const none: Remedy = { kind: 'none', advice: 'Nothing: it is no error.' };
const local: Remedy = {
  kind: 'local',
  advice: 'Look at the client: its library made this up before, or without, an answer of the server.',
};

/** What to do about a row of a cloud service; null for HarmonyOS, whose table says so itself in `resolution`. */
export function remedyOf(row: Pick<ErrorRow, 'service' | 'code'>): Remedy | null {
  if (row.service === 'harmony') return null;
  if (!isError(row)) return none;
  if (!travels(row)) return local;
  const lists: readonly Listed<number | string>[] =
    Object.entries(remedies).find(([service]) => service === row.service)?.[1] ?? [];
  const listed = lists.find(({ codes }) => codes.includes(row.code));
  return listed === undefined ? final : { kind: listed.kind, advice: listed.advice };
}
