import { fileData, folderData } from './entries.ts';
import { switchOf } from './fields.ts';
import { checkName, type Target, within } from './paths.ts';
import { refuse } from './refuse.ts';
import type { Data } from './replies.ts';
import type { Operation, Work } from './work.ts';

interface Wanted {
  readonly num: number;
  readonly backwards: boolean;
  readonly files: boolean;
  readonly folders: boolean;
}

/** One page of a folder; what follows the last slash is the beginning of the names wanted. */
export const list: Operation = (work) => {
  const { call, target, fields } = work;
  checkName(target.path, call.settings);
  const wanted = wantedOf(work);
  const cut = target.path.lastIndexOf('/') + 1;
  const names = namesUnder(work, target.path.slice(0, cut), target.path.slice(cut));
  const context = fields.values.get('context') ?? '';
  const isPast = (name: string) => context !== '' && (wanted.backwards ? name >= context : name <= context);
  const meant = names.filter((name) => (isFolder(name) ? wanted.folders : wanted.files));
  const rest = (wanted.backwards ? meant.reverse() : meant).filter((name) => !isPast(name));
  const page = rest.slice(0, wanted.num);
  const isOver = page.length === rest.length;
  const infos = page.map((name) => infoOf(work, within(target, `${target.path.slice(0, cut)}${name}`), name));
  const next = { context: isOver ? '' : (page.at(-1) ?? ''), infos };
  if (target.version === 'v2') return { ...next, listover: isOver };
  const dircount = names.filter(isFolder).length;
  return { ...next, has_more: isOver ? 0 : 1, dircount, filecount: names.length - dircount };
};

const usualNum = 20;
/** The last one is what some clients' documentation says. */
const patterns = {
  eListBoth: { files: true, folders: true },
  eListDirOnly: { files: false, folders: true },
  eListFileOnly: { files: true, folders: false },
  ListDirOnly: { files: false, folders: true },
} as const;

function wantedOf({ fields, call }: Work): Wanted {
  const text = fields.values.get('num') ?? '';
  const num = text === '' ? usualNum : /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(num)) throw refuse(-170);
  if (num < 1) throw refuse(-157);
  if (num > call.settings.limits.listMax) throw refuse(-165);
  const pattern = fields.values.get('pattern') || 'eListBoth';
  if (!isPattern(pattern)) throw refuse(-169);
  return { num, backwards: switchOf(fields, 'order', false, -5992), ...patterns[pattern] };
}

function isPattern(text: string): text is keyof typeof patterns {
  return Object.hasOwn(patterns, text);
}

/** In order, each once: one level down, or all the way where the client sent an empty delimiter. */
function namesUnder({ state, target, fields }: Work, folder: string, prefix: string): string[] {
  const delimiter = fields.values.get('delimiter') ?? '/';
  if (delimiter !== '/' && delimiter !== '') throw refuse(-5992);
  const base = `${target.bucketId}/${folder}`;
  const names = new Set<string>();
  for (const id of [...Object.keys(state.files), ...Object.keys(state.folders)]) {
    const name = id.startsWith(base) ? id.slice(base.length) : '';
    if (name === '' || !name.startsWith(prefix)) continue;
    const end = delimiter === '' ? -1 : name.indexOf(delimiter);
    names.add(end < 0 ? name : name.slice(0, end + 1));
  }
  return [...names].sort();
}

function isFolder(name: string): boolean {
  return name.endsWith('/');
}

function infoOf({ state, call }: Work, target: Target, name: string): Data {
  const file = state.files[target.id];
  if (file !== undefined) return { ...fileData(file, target, call), name };
  const folder = state.folders[target.id];
  return { name, ...(folder === undefined ? {} : folderData(folder)) };
}
