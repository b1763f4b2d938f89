// In a process of its own, prints its port. GET /<bytes> and GET /<bytes>/<anything> answer that many zeros; PUT and POST
// take a body, and answer how many bytes it had.
import { createServer } from 'node:http';

const piece = Buffer.alloc(1024 * 1024);

createServer((request, response) => {
  if (request.method === 'GET') pour(response, Number(request.url.split('/')[1]));
  else swallow(request, response);
}).listen(0, '127.0.0.1', function () {
  console.log(this.address().port);
});

function pour(response, bytes) {
  response.writeHead(200, { 'content-length': bytes, etag: '"bench"' });
  let left = bytes;
  const go = () => {
    while (left > 0) {
      const part = left < piece.length ? piece.subarray(0, left) : piece;
      left -= part.length;
      if (!response.write(part)) {
        response.once('drain', go);
        return;
      }
    }
    response.end();
  };
  go();
}

function swallow(request, response) {
  let bytes = 0;
  request.on('data', (part) => {
    bytes += part.length;
  });
  request.on('end', () => response.end(String(bytes)));
}
