import type { GokuaiSettings } from './settings.ts';

/** A person's token needs no signature, so that a shell can use it. */
export function hints({ libraries, people }: GokuaiSettings, base: string): readonly string[] {
  const [library] = libraries;
  const [person] = people;
  if (library === undefined) return [];
  const signed = [
    `library API: ${base}/m-open/1/file/<operation>`,
    `  org_client_id ${library.clientId}, org_client_secret ${library.clientSecret}`,
  ];
  if (person === undefined) return signed;
  const call = (operation: string) =>
    `curl -d token=${person.token} -d mount_id=${library.mountId} ${base}/m-api/1/file/${operation}`;
  return [
    ...signed,
    'by token:',
    `  ${call('ls')}`,
    `  ${call('upload_servers')}   # gives a key for the next command`,
    `  curl -F org_client_id=${library.clientId} -F key=<key> -F path= -F name=a.txt -F filefield=file -F file=@a.txt ${base}/2/web_upload`,
    `  ${call('download_url')} -d fullpath=a.txt`,
    `  ${call('del')} -d fullpaths=a.txt`,
  ];
}
