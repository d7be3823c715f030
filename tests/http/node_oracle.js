// Node's HTTP parser beside ours, for differential_test.cpp.
//   node node_oracle.js direct FILE        what node takes each line of FILE (hex bytes) for
//   node node_oracle.js proxy FILE PORT    hands what it understood on to PORT, as a front proxy
// One line out per line in: "METHOD bodyhex;METHOD bodyhex;..." of the requests it carried out.
'use strict';
const fs = require('fs');
const http = require('http');
const net = require('net');

const [mode, file, port] = process.argv.slice(2);
const lines = fs.readFileSync(file, 'latin1').split('\n').filter((line) => line !== '');
const byClient = new Map();  // client port -> what was carried out
const agent = new http.Agent({keepAlive: true, maxSockets: 1});

function finish(answer, status) {
  if (!answer.headersSent) answer.writeHead(status);
  answer.end();
}

function forward(request, body, answer) {
  const headers = {...request.headers};
  delete headers.connection;
  delete headers['transfer-encoding'];
  if (body.length > 0) headers['content-length'] = body.length;
  const onward = http.request(
      {host: '127.0.0.1', port, method: request.method, path: request.url, headers, agent},
      (theirs) => {
        theirs.resume();
        theirs.on('end', () => finish(answer, theirs.statusCode));
      });
  onward.on('error', () => finish(answer, 502));
  onward.end(body);
}

const server = http.createServer({insecureHTTPParser: false}, (request, answer) => {
  const done = byClient.get(request.socket.remotePort);
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('error', () => {});
  request.on('end', () => {
    const body = Buffer.concat(chunks);
    if (done) done.push(request.method + ' ' + body.toString('hex'));
    if (mode !== 'proxy') return answer.end();
    try {
      forward(request, body, answer);
    } catch {  // what it took in and will not write
      finish(answer, 502);
    }
  });
});
server.on('clientError', (error, socket) => socket.destroy());
server.on('connect', (request, socket) => socket.destroy());

function ask(bytes) {
  return new Promise((resolve) => {
    const done = [];
    const socket = net.connect({port: server.address().port, host: '127.0.0.1'}, () => {
      byClient.set(socket.localPort, done);
      socket.end(bytes);
    });
    const local = () => {
      clearTimeout(patience);
      resolve(done.join(';'));
    };
    const patience = setTimeout(() => socket.destroy(), 2000);
    socket.on('data', () => {});
    socket.on('error', () => {});
    socket.on('close', local);
  });
}

server.listen(0, '127.0.0.1', async () => {
  const out = new Array(lines.length);
  let next = 0;
  const work = async () => {
    while (next < lines.length) {
      const at = next++;
      out[at] = await ask(Buffer.from(lines[at], 'hex'));
    }
  };
  await Promise.all(Array.from({length: mode === 'proxy' ? 1 : 16}, work));
  process.stdout.write(out.join('\n') + '\n', () => process.exit(0));
});
