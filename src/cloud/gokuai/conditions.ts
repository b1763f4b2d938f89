import type { Condition } from '../service.ts';

type Row = readonly [code: number, operation: string, when: string];

const anyCall: readonly Row[] = [
  [40001, 'any', 'no operation has this path'],
  [40002, 'any', 'the API is called by another method than GET and POST'],
  [405, 'upload_part', 'an upload or storage server is called by a wrong method'],
  [400, 'any', 'the body cannot be decoded'],
  [40003, 'any', 'a parameter is missing or not of its kind'],
  [502, 'any', 'the API is called during the maintenance of the settings'],
];

const credentials: readonly Row[] = [
  [401, 'any', 'there are no credentials'],
  [400012, 'any', '`sign` is not Base64 of 20 bytes'],
  [40104, 'any', '`sign` is not the signature of these parameters'],
  [40103, 'any', 'no library has this `org_client_id`'],
  [40304, 'any', '`dateline` is too far from now'],
  [40101, 'any', 'the token was never given'],
  [40102, 'any', 'the token is over age'],
  [40303, 'token', 'the account or its password is wrong'],
  [40302, 'token', 'the account is banned by the settings'],
  [40308, 'token', 'the account is disabled by the settings'],
  [401144, 'token', 'the exchange token is wrong'],
  [401010, 'token', 'the refresh token is wrong, or was used before'],
  [4000344, 'token', 'the client sits outside of the addresses for logging in'],
  [40309, 'any', 'the client sits outside of the allowed addresses'],
];

const access: readonly Row[] = [
  [40401, 'any', 'the library was deleted, and its credentials are still used'],
  [40404, 'any', 'no library has this `mount_id`'],
  [404041, 'org_info', 'no library has this `org_id`'],
  [40311, 'any', 'the library is closed'],
  [40313, 'any', 'the person is no member of the library'],
  [40410, 'org_ls', 'no enterprise has this `ent_id`'],
  [404102, 'any', 'the licence of the enterprise is over'],
  [40301, 'stat', 'a person calls what only an application may'],
  [40501, 'any', 'the operation is withheld from the application'],
  [40502, 'any', 'the operation must be granted to the application first'],
  [404404, 'any', 'the operation is retired by the settings'],
  [40306, 'any', 'the operation is switched off'],
];

const names: readonly Row[] = [
  [4000319, 'create_file', 'a name is empty'],
  [4000321, 'create_file', 'a name has one of / \\ : * ? " < > |'],
  [4000322, 'create_file', 'a name is . or ..'],
  [4000331, 'create_file', 'the name of a file is too long'],
  [4000323, 'create_folder', 'the name of a folder is too long'],
  [4000332, 'create_file', 'the path is too long'],
  [4000311, 'create_file', '`tag` is too long'],
  [400653, 'create_folder', 'the folder is there'],
  [400650, 'create_folder', 'a file has this name'],
];

const files: readonly Row[] = [
  [40402, 'info', 'the path, or the hash, is of nothing'],
  [404021, 'del', 'one of several paths is of nothing'],
  [404023, 'download_url', 'the upload of the file is not finished'],
  [40322, 'download_url', 'nobody may download, or delete, there'],
  [40310, 'ls', 'nobody may list, or write, there'],
  [403212, 'copy', 'there is no room for the copy'],
  [400137, 'copy', 'the target is a library of another storage point'],
  [400136, 'copy', 'the target is another library; also of `move`'],
  [40013, 'move', 'a folder is to go into itself'],
  [403151, 'move', 'somebody holds a file that is to go along'],
  [40325, 'del', 'nobody may destroy there'],
  [400131, 'recover', 'the file is back already'],
  [40403, 'recover', 'the file has no such version'],
  [40324, 'recover', 'the version has the same contents as now'],
  [40329, 'recover', 'somebody holds the file'],
  [403201, 'create_folder', 'a folder above or below is still worked on'],
  [40320, 'create_folder', 'the space is still worked on after recovering or destroying'],
  [40314, 'mcopy', 'the same request is still worked on'],
];

const uploads: readonly Row[] = [
  [400045, 'create_file', '`filesize` is missing'],
  [40321, 'create_file', 'there is no room; also of `web_upload`'],
  [4033017, 'create_file', 'nobody may write into this folder'],
  [403154, 'create_file', 'somebody has the file to himself'],
  [403311, 'create_file', 'somebody edits the file'],
  [403312, 'create_file', 'several edit the file together'],
  [50301, 'upload_servers', 'no upload server is free; also of `create_file`'],
  [50304, 'create_file', 'too many uploads are begun and not finished'],
  [40051, 'create_file', 'no storage point has this name'],
  [400510, 'create_file', 'the library has another storage point'],
  [40432, 'servers', 'there are no servers of this type'],
  [50305, 'servers', 'HTTPS is asked for, and this server has none'],
  [400041, 'web_upload', 'the form has no file, or its sender fell silent'],
  [403040, 'web_upload', 'the key is over age; also of the page of a preview'],
  [40106, 'upload_req', 'the session is over, over age, or was never given'],
];

const pages: readonly Row[] = [
  [403, 'download', 'the address is not as it was given'],
  [403211, 'download', 'the address is over age'],
  [404, 'download', 'the contents are gone'],
  [40017, 'preview_url', 'files of this kind cannot be shown'],
  [400172, 'preview_url', 'it is a folder, or of no known kind'],
];

const links: readonly Row[] = [
  [40018, 'link', 'nothing is chosen'],
  [4033025, 'link', 'the deadline is before the start'],
  [4033023, 'link', 'the deadline is too far away'],
  [4033028, 'link', 'links are switched off'],
  [4033029, 'link', 'links of personal libraries are switched off'],
  [4033030, 'link', 'links of shared libraries are switched off'],
  [4033019, 'link_close', 'somebody else made the link'],
  [404091, 'open_link', 'no link has this code'],
  [40409, 'open_link', 'the link was closed'],
  [404094, 'open_link', 'the deadline of the link is over'],
  [404093, 'open_link', 'the link does not begin yet'],
  [404092, 'open_link', 'the file was moved or deleted'],
  [4033026, 'open_link', 'the password is missing or wrong'],
  [4033027, 'open_link', 'the link was visited too often'],
  [4033021, 'open_link', 'links are for members, and no token was shown'],
  [4033018, 'open_link', 'the link is for looking, or for uploading, only'],
];

/** @source cloud-services.md 3.6 */
export const conditions: readonly Condition[] = [anyCall, credentials, access, names, files, uploads, pages, links]
  .flat()
  .map(([code, operation, when]) => ({ code, operation, when }));
