import { expect, it } from 'vitest';
import { owners } from '../scripts/members.mjs';

/** How many members the published declarations have, counted apart from the list. */
const published = {
  'request constant': 30,
  'request functions': 8,
  'DownloadConfig interface': 9,
  'DownloadInfo interface': 11,
  'DownloadTask object': 3 + 3 + 10 * 2,
  'File interface': 4,
  'RequestData interface': 2,
  'TaskState interface': 3,
  'UploadConfig interface': 8,
  'UploadTask object': 3 + 3 + 2 * 2,
  'agent constant': 2,
  'agent.Action enum': 2,
  'agent.Mode enum': 2,
  'agent.Network enum': 3,
  'agent.BroadcastEvent enum': 1,
  'agent.State enum': 9,
  'agent.Faults enum': 11,
  'agent.WaitingReason enum': 4,
  'agent.FileSpec interface': 5,
  'agent.FormItem interface': 2,
  'agent.Notification interface': 5,
  'agent.MinSpeed interface': 2,
  'agent.Timeout interface': 2,
  'agent.Config interface': 28,
  'agent.Progress interface': 5,
  'agent.Filter interface': 6,
  'agent.TaskInfo interface': 21,
  'agent.HttpResponse interface': 4,
  'agent.GroupConfig interface': 2,
  'agent.Task object': 2 + 9 + 9 + 4 * 2 + 1,
  'agent functions': 17,
};

it('the list of members has as many of each kind as are published', () => {
  const listed = owners.map(({ owner, kind, members }) => [`${owner} ${kind}`, Object.keys(members).length]);

  expect(Object.fromEntries(listed)).toEqual(published);
});
