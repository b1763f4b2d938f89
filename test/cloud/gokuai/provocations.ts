import type { Scenario } from '../../../src/cloud/scenario.ts';
import { multipart, type Told } from '../ask.ts';
import { Client, type Fields, mountId, token } from './client.ts';

interface Provocation {
  readonly provoke: () => Told;
  /** Where a template has a value. */
  readonly message?: string;
}

type Library = Readonly<Record<string, unknown>>;

const login = { grant_type: 'password', username: 'someone@example.test', password: 'example-password' };
const files: Scenario['files'] = [
  { path: 'a.txt', text: 'abc' },
  { path: 'docs/b.txt', text: 'bcd' },
];

const withSettings = (settings: Scenario['settings'] = {}) => new Client({ settings, files });
const withLibrary = (library: Library, more: Library = {}) => withSettings({ libraries: [library], ...more });
const withOptions = (options: Library) => withSettings({ options });
const withLimits = (limits: Library) => withSettings({ limits });
const denying = (path: string, ...denied: readonly string[]) => withLibrary({ rules: [{ path, denied }] });
const locked = (path: string, kind = 'exclusive') => withLibrary({ locks: [{ path, by: 'Another', kind }] });
const tokenFor = (client: Client, fields: Fields = login) => client.callEnterprise('/oauth2/token2', fields);

const linked = (client: Client, fields: Fields = {}) => {
  const { link } = client.call('link', { fullpath: 'a.txt', auth: 'download', ...fields }).json;
  return (query = '') => client.get(`${link}${query}`);
};

const aged = (client: Client, ms: number) => {
  client.desk.nowMs += ms;
  return client;
};

const hourMs = 60 * 60 * 1000;
const dayMs = 24 * hourMs;

/** A client whose requests are still worked on when the next one comes. */
const busy = () => withOptions({ workMsPerEntry: 1000 });

/** One way to each natural row. */
export const provocations: ReadonlyMap<number, Provocation> = new Map<number, Provocation>([
  // Any call
  [40001, { provoke: () => new Client().desk.ask({ target: '/1/file/nothing' }) }],
  [40002, { provoke: () => new Client().desk.ask({ method: 'PUT', target: '/1/file/ls' }) }],
  [405, { provoke: () => new Client().desk.ask({ method: 'POST', target: '/upload_part' }) }],
  [
    400,
    {
      provoke: () => {
        const { headers, body } = multipart({ a: 'b' });
        return new Client().desk.ask({ method: 'POST', target: '/1/file/ls', headers, body: body.subarray(0, 20) });
      },
    },
  ],
  [40003, { provoke: () => new Client().call('ls', { size: 'many' }) }],
  [502, { provoke: () => withOptions({ maintenance: { fromMs: 0, untilMs: 2_000_000_000_000 } }).call('ls') }],

  // Credentials
  [401, { provoke: () => new Client().post('/1/file/ls', {}) }],
  [400012, { provoke: () => new Client().post('/1/file/ls', { ...new Client().signed({}), sign: 'abc' }) }],
  [40104, { provoke: () => new Client({}, { clientId: 'example-library', clientSecret: 'wrong' }).call('ls') }],
  [40103, { provoke: () => new Client({}, { clientId: 'nobody', clientSecret: 'x' }).call('ls') }],
  [40304, { provoke: () => new Client().call('ls', { dateline: 1_600_000_000 }) }],
  [40101, { provoke: () => new Client().callAs('never-given', 'ls') }],
  [
    40102,
    {
      provoke: () => {
        const client = new Client();
        const access = tokenFor(client).json.access_token;
        return aged(client, dayMs).callAs(access, 'ls');
      },
    },
  ],
  [40303, { provoke: () => tokenFor(new Client(), { ...login, password: 'wrong' }) }],
  [40302, { provoke: () => tokenFor(withSettings({ people: [{ condition: 'banned' }] })) }],
  [40308, { provoke: () => tokenFor(withSettings({ people: [{ condition: 'disabled' }] })) }],
  [401144, { provoke: () => tokenFor(new Client(), { grant_type: 'exchange_token', exchange_token: 'x' }) }],
  [401010, { provoke: () => tokenFor(new Client(), { grant_type: 'refresh_token', refresh_token: 'x' }) }],
  [4000344, { provoke: () => tokenFor(withOptions({ loginAddresses: ['192.0.2.1'] })) }],
  [40309, { provoke: () => withOptions({ addresses: ['192.0.2.1'] }).call('ls') }],

  // Access
  [40401, { provoke: () => withLibrary({ condition: 'deleted' }).call('ls') }],
  [40404, { provoke: () => new Client().callAs(token, 'ls', { mount_id: 1 }) }],
  [404041, { provoke: () => new Client().callEnterprise('/m-open/1/org/info', { org_id: 1 }) }],
  [40311, { provoke: () => withLibrary({ condition: 'closed' }).call('ls') }],
  [40313, { provoke: () => withLibrary({ members: [] }).callAs(token, 'ls') }],
  [40410, { provoke: () => new Client().callEnterprise('/m-open/1/org/ls', { ent_id: 9 }) }],
  [404102, { provoke: () => withSettings({ enterprise: { expiresMs: 1 } }).call('ls') }],
  [40301, { provoke: () => new Client().callAs(token, 'stat') }],
  [40501, { provoke: () => withLibrary({ withheld: ['del'] }).call('del', { fullpaths: 'a.txt' }) }],
  [40502, { provoke: () => withLibrary({ onRequest: ['link'] }).call('link', { fullpath: 'a.txt' }) }],
  [404404, { provoke: () => withOptions({ retired: ['search'] }).call('search', { keywords: 'a' }) }],
  [40306, { provoke: () => withOptions({ off: ['preview_url'] }).call('preview_url', { fullpath: 'a.txt' }) }],

  // Names
  [4000319, { provoke: () => new Client().createFile('a//b', 'x') }],
  [4000321, { provoke: () => new Client().createFile('a/what?.txt', 'x') }],
  [4000322, { provoke: () => new Client().createFile('a/../b', 'x') }],
  [4000331, { provoke: () => new Client().createFile('x'.repeat(256), 'x') }],
  [
    4000323,
    {
      provoke: () => new Client().call('create_folder', { fullpath: 'x'.repeat(256) }),
      message: 'Name cannot exceed 255 characters',
    },
  ],
  [4000332, { provoke: () => new Client().createFile(`${'x/'.repeat(2001)}x`, 'x') }],
  [
    4000311,
    {
      provoke: () => new Client().createFile('a', 'x', { tag: 'x'.repeat(256) }),
      message: 'Total length of all tags cannot exceed 255 characters',
    },
  ],
  [400653, { provoke: () => withSettings().call('create_folder', { fullpath: 'docs' }) }],
  [400650, { provoke: () => withSettings().call('create_folder', { fullpath: 'a.txt' }) }],

  // Files
  [40402, { provoke: () => withSettings().call('info', { fullpath: 'nothing' }) }],
  [
    404021,
    {
      provoke: () => withSettings().call('del', { fullpaths: 'a.txt|nothing' }),
      message: '“nothing” does not exist or has been deleted',
    },
  ],
  [
    404023,
    {
      provoke: () => {
        const client = new Client();
        client.createFile('new.txt', 'not sent yet');
        return client.call('download_url', { fullpath: 'new.txt' });
      },
    },
  ],
  [40322, { provoke: () => denying('docs', 'download').call('download_url', { fullpath: 'docs/b.txt' }) }],
  [40310, { provoke: () => denying('docs', 'list').call('ls', { fullpath: 'docs' }) }],
  [
    403212,
    {
      provoke: () =>
        withLibrary({ capacityBytes: 8, name: 'Small' }).call('copy', { from_fullpath: 'a.txt', fullpath: 'c.txt' }),
      message:
        'Repository (Small) has insufficient space to copy, please clean the recycle bin or delete unnecessary files',
    },
  ],
  [400137, { provoke: () => copyAway('another-storage') }],
  [400136, { provoke: () => copyAway('example-storage') }],
  [40013, { provoke: () => withSettings().call('move', { fullpath: 'docs', dest_fullpath: 'docs/deep/docs' }) }],
  [403151, { provoke: () => locked('docs/b.txt').call('move', { fullpath: 'docs', dest_fullpath: 'papers' }) }],
  [40325, { provoke: () => denying('', 'destroy').call('del', { fullpaths: 'a.txt', destroy: 1 }) }],
  [400131, { provoke: () => withSettings().call('recover', { fullpaths: 'a.txt' }) }],
  [40403, { provoke: () => withSettings().call('recover', { fullpath: 'a.txt', hid: 99 }) }],
  [
    40324,
    {
      provoke: () => {
        const client = withSettings();
        const { hid } = client.call('history', { fullpath: 'a.txt' }).json.list[0];
        return client.call('recover', { fullpath: 'a.txt', hid });
      },
    },
  ],
  [
    40329,
    {
      provoke: () => {
        const client = locked('a.txt');
        const { hid } = client.call('history', { fullpath: 'a.txt' }).json.list[0];
        client.uploadForm('a.txt', 'newer', { op_name: 'Another' });
        return client.call('recover', { fullpath: 'a.txt', hid });
      },
    },
  ],
  [
    403201,
    {
      provoke: () => {
        const client = busy();
        client.call('copy', { from_fullpath: 'docs', fullpath: 'papers' });
        return client.call('create_folder', { fullpath: 'papers/new' });
      },
    },
  ],
  [
    40320,
    {
      provoke: () => {
        const client = busy();
        client.call('del', { fullpaths: 'docs' });
        client.desk.nowMs += 10_000;
        client.call('del_completely', { fullpaths: 'docs' });
        return client.call('create_folder', { fullpath: 'new' });
      },
    },
  ],
  [
    40314,
    {
      provoke: () => {
        const client = busy();
        const copy = { from_fullpaths: 'docs', paths: 'papers' };
        client.call('mcopy', copy);
        client.desk.nowMs += 1000;
        return client.call('mcopy', copy);
      },
    },
  ],

  // Uploads
  [400045, { provoke: () => new Client().call('create_file', { fullpath: 'a', filehash: 'b'.repeat(40) }) }],
  [
    40321,
    {
      provoke: () => withLibrary({ capacityBytes: 8, name: 'Small' }).createFile('c.txt', 'abcdef'),
      message:
        'Repository [Small] has insufficient space, please clean the recycle bin or delete unnecessary files to continue using',
    },
  ],
  [4033017, { provoke: () => denying('docs', 'write').createFile('docs/c.txt', 'x') }],
  [403154, { provoke: () => locked('a.txt').createFile('a.txt', 'x') }],
  [403311, { provoke: () => locked('a.txt', 'edited').createFile('a.txt', 'x') }],
  [403312, { provoke: () => locked('a.txt', 'editedTogether').createFile('a.txt', 'x') }],
  [50301, { provoke: () => withOptions({ uploadServers: 0 }).call('upload_servers') }],
  [
    50304,
    {
      provoke: () => {
        const client = withLimits({ uploadsAtOnceMax: 1 });
        client.createFile('first', 'first');
        return client.createFile('second', 'second');
      },
    },
  ],
  [40051, { provoke: () => new Client().createFile('a', 'x', { storage_point: 'nowhere' }) }],
  [400510, { provoke: () => new Client().createFile('a', 'x', { storage_point: 'other-storage' }) }],
  [40432, { provoke: () => new Client().call('servers', { type: 'fax' }) }],
  [50305, { provoke: () => new Client().call('servers', { type: 'upload', https: 1 }) }],
  [400041, { provoke: () => new Client().uploadForm('a.txt', 'abc', { filefield: 'another' }) }],
  [
    403040,
    {
      provoke: () => {
        const client = new Client();
        const key = client.key();
        return aged(client, hourMs).uploadForm('a.txt', 'abc', { key });
      },
    },
  ],
  [
    40106,
    {
      provoke: () => {
        const client = new Client();
        const { hash } = client.createFile('a.txt', 'abc').json;
        const { session } = client.init('a.txt', 'abc', hash).json;
        return aged(client, dayMs).session('upload_req', session);
      },
    },
  ],

  // Pages
  [403, { provoke: () => withAddress((url, client) => client.get(url.replace(/expires=\d/, 'expires=9'))) }],
  [403211, { provoke: () => withAddress((url, client) => aged(client, hourMs).get(url)) }],
  [
    404,
    {
      provoke: () =>
        withAddress((url, client) => {
          client.call('del', { fullpaths: 'a.txt', destroy: 1 });
          return client.get(url);
        }),
    },
  ],
  [40017, { provoke: () => withPlaced('a.zip').call('preview_url', { fullpath: 'a.zip' }) }],
  [400172, { provoke: () => withPlaced('a').call('preview_url', { fullpath: 'a' }) }],

  // Links
  [40018, { provoke: () => withSettings().call('link') }],
  [4033025, { provoke: () => withSettings().call('link', { fullpath: 'a.txt', deadline: 1_600_000_000 }) }],
  [
    4033023,
    {
      provoke: () =>
        withLimits({ linkAgeMsMax: 7 * dayMs }).call('link', { fullpath: 'a.txt', deadline: 1_800_000_000 }),
      message: 'Maximum set time for external link is 7 days',
    },
  ],
  [4033028, { provoke: () => withOptions({ links: { off: true } }).call('link', { fullpath: 'a.txt' }) }],
  [
    4033029,
    {
      provoke: () =>
        withLibrary({ kind: 'personal' }, { options: { links: { personalOff: true } } }).call('link', {
          fullpath: 'a.txt',
        }),
    },
  ],
  [4033030, { provoke: () => withOptions({ links: { sharedOff: true } }).call('link', { fullpath: 'a.txt' }) }],
  [
    4033019,
    {
      provoke: () => {
        const client = withSettings();
        const { code } = client.call('link', { fullpath: 'a.txt' }).json;
        return client.callAs(token, 'link_close', { code });
      },
    },
  ],
  [404091, { provoke: () => new Client().desk.ask({ target: '/file/nothing' }) }],
  [
    40409,
    {
      provoke: () => {
        const client = withSettings();
        const open = linked(client);
        client.call('link_close', { fullpath: 'a.txt' });
        return open();
      },
    },
  ],
  [
    404094,
    {
      provoke: () => {
        const client = withSettings();
        const open = linked(client, { deadline: client.nowSeconds + 60 });
        client.desk.nowMs += 60_000;
        return open();
      },
    },
  ],
  [
    404093,
    {
      provoke: () => linked(withSettings(), { start: 1_900_000_000 })(),
      message: 'External link will be effective from 2030-03-17',
    },
  ],
  [
    404092,
    {
      provoke: () => {
        const client = withSettings();
        const open = linked(client);
        client.call('move', { fullpath: 'a.txt', dest_fullpath: 'b.txt' });
        return open();
      },
    },
  ],
  [4033026, { provoke: () => linked(withSettings(), { password: 'sesame' })('?password=wrong') }],
  [
    4033027,
    {
      provoke: () => {
        const open = linked(withLimits({ linkVisitsMax: 1 }));
        open();
        return open();
      },
    },
  ],
  [
    4033021,
    {
      provoke: () => linked(withOptions({ links: { membersOnly: true } }))(),
      message: 'Only members of the enterprise “Example enterprise” can access this link',
    },
  ],
  [4033018, { provoke: () => linked(withSettings(), { auth: 'preview' })('?download=1') }],
]);

function copyAway(storagePoint: string): Told {
  const other = { clientId: 'other', orgId: 1002, mountId: mountId + 1, storagePoint };
  const client = withSettings({ libraries: [{}, other] });
  return client.call('copy', { from_fullpath: 'a.txt', fullpath: 'a.txt', target_mount_id: mountId + 1 });
}

function withAddress(then: (url: string, client: Client) => Told): Told {
  const client = withSettings();
  return then(client.call('download_url', { fullpath: 'a.txt' }).json.urls[0], client);
}

function withPlaced(path: string): Client {
  return new Client({ files: [{ path, text: 'abc' }] });
}
