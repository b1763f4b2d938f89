import { firstBucket, type Settings } from './settings.ts';
import { signTencentCosV4 } from './sign.ts';

/** Long after any test. */
const expires = 4_102_444_800;

/** With a sign of many uses for the first bucket. */
export function hints(settings: Settings, base: string): readonly string[] {
  const { app, bucket } = firstBucket(settings);
  const [secret] = app.secrets;
  const api = `${base}/files/v2/${app.appid}/${bucket.name}`;
  const where = [`Point clients of the JSON API at ${base}/files/v2/ (v3: ${base}/files/v1/).`];
  if (secret === undefined) return where;
  const sign = signTencentCosV4({
    appid: app.appid,
    bucket: bucket.name,
    ...secret,
    expires,
    now: 1_700_000_000,
    random: 123456,
  });
  return [
    ...where,
    `curl -H 'Authorization: ${sign}' -F op=upload -F filecontent=@a.txt ${api}/a.txt`,
    `curl -H 'Authorization: ${sign}' '${api}/?op=list&num=20'`,
    `curl '${base}/a.txt?sign=${encodeURIComponent(sign)}'`,
  ];
}
