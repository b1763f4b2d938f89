import type { CloudRequest } from '../service.ts';

/** file, enterprise and token belong to the API host, upload and page to the servers behind it. */
type Door = 'file' | 'enterprise' | 'token' | 'upload' | 'page';

interface Operation {
  readonly does: string;
  readonly door: Door;
  readonly methods: readonly string[];
}

const file = (does: string): Operation => ({ does, door: 'file', methods: ['POST', 'GET'] });
const enterprise = (does: string): Operation => ({ does, door: 'enterprise', methods: ['POST', 'GET'] });
const upload = (method: string, does: string): Operation => ({ does, door: 'upload', methods: [method] });
const page = (does: string): Operation => ({ does, door: 'page', methods: ['GET', 'HEAD'] });

/** @source cloud-services.md 3.2, 3.3 */
export const operations = {
  ls: file('lists a folder'),
  info: file('tells of one file or folder'),
  create_folder: file('makes a folder and its parents'),
  create_file: file('stores known contents, or begins an upload'),
  upload_servers: file('gives a key and addresses for web_upload'),
  download_url: file('gives an address of the contents'),
  copy: file('copies a file or folder'),
  mcopy: file('copies several into several folders'),
  move: file('moves or renames a file or folder'),
  del: file('deletes, or destroys, files and folders'),
  recycle: file('lists what was deleted'),
  recover: file('brings deleted files or an older version back'),
  del_completely: file('destroys what was deleted'),
  history: file('lists the versions of a file'),
  search: file('finds files by a word of their name'),
  link: file('makes a link for everybody'),
  link_close: file('closes links'),
  links: file('lists links'),
  updates: file('lists what changed since an instant'),
  updates_count: file('counts what changed since an instant'),
  preview_url: file('gives an address to look at a file'),
  stat: file('tells of the library'),
  servers: file('lists servers of a kind'),
  org_ls: enterprise('lists the libraries of the enterprise'),
  org_info: enterprise('tells of one library'),
  token: { does: 'gives a person a token', door: 'token', methods: ['POST', 'GET'] },
  web_upload: upload('POST', 'stores a file of a form'),
  upload_init: upload('POST', 'begins a sliced upload'),
  upload_req: upload('GET', 'tells how many bytes of it are there'),
  upload_part: upload('PUT', 'takes the next part'),
  upload_finish: upload('POST', 'makes a file of the parts'),
  upload_abort: upload('POST', 'gives the upload up'),
  upload_all: upload('PUT', 'takes the whole file at once'),
  download: page('sends the contents of a file'),
  preview: page('sends a file to look at'),
  open_link: page('opens a link'),
} as const satisfies Readonly<Record<string, Operation>>;

export type OperationName = keyof typeof operations;

const routes: readonly (readonly [path: RegExp, name: (part: string) => string])[] = [
  [/^(?:\/m-open|\/m-api)?\/[12]\/file\/(\w+)\/?$/, (part) => ofDoor('file', part)],
  [/^(?:\/m-open|\/m-api)?\/[12]\/org\/(ls|info)\/?$/, (part) => `org_${part}`],
  [/^(?:\/m-open|\/m-api)?\/oauth2\/(token)2?\/?$/, (part) => part],
  [/^(?:\/s\d+)?(?:\/[12])?\/(web_upload|upload_\w+)\/?$/, (part) => ofDoor('upload', part)],
  [/^\/(download|preview)\/[^/]*$/, (part) => part],
  [/^\/file\/[^/]+\/?$/, () => 'open_link'],
];

export function operationOf({ path }: CloudRequest): OperationName | null {
  for (const [pattern, name] of routes) {
    const match = pattern.exec(path);
    const found = match && name(match[1] ?? '');
    if (found && isOperation(found)) return found;
  }
  return null;
}

export function isOperation(name: string): name is OperationName {
  return Object.hasOwn(operations, name);
}

/** Empty for an operation behind another door. */
function ofDoor(door: Door, name: string): string {
  return isOperation(name) && operations[name].door === door ? name : '';
}
