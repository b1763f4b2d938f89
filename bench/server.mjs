// Serves `bytes` of zeros at every path, in a process of its own; prints its port.
import { createServer } from 'node:http';

const bytes = Number(process.argv[2]);
const piece = Buffer.alloc(1024 * 1024);

createServer((request, response) => {
  response.writeHead(200, { 'content-length': bytes, etag: '"bench"' });
  let left = bytes;
  const pour = () => {
    while (left > 0) {
      const part = left < piece.length ? piece.subarray(0, left) : piece;
      left -= part.length;
      if (!response.write(part)) {
        response.once('drain', pour);
        return;
      }
    }
    response.end();
  };
  request.resume();
  pour();
}).listen(0, '127.0.0.1', function () {
  console.log(this.address().port);
});
