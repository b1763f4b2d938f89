import type { ErrorRow } from '../../errors/catalogues.ts';
import type { CloudResponse } from '../service.ts';
import { draw } from './pictures.ts';

/** How the older image hosts tell that a picture is gone: by another picture, under 200. @source cloud-services.md 2.4 */
export function placeholderOf({ code }: ErrorRow): CloudResponse {
  return {
    status: 200,
    headers: [
      ['content-type', 'image/png'],
      ['cache-control', 'no-cache'],
      ['last-modified', 'Mon, 01 Jan 1990 00:00:00 GMT'],
      ['x-errno', String(code)],
      ['x-info', `notexist:${code}`],
      ['x-rtflag', '0'],
      ['x-bcheck', '0_0'],
      ['server', 'ImgHttp3.0.0'],
    ],
    body: placeholder,
  };
}

/** About 5 KB, as the real one. */
const placeholder = draw({ format: 'png', width: 2560, height: 2560 });
