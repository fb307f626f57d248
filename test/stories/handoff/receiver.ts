import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryFolder } from '#test/harness/process.ts';
import { freePorts } from '#test/harness/ports.ts';

export interface Received {
  headers: IncomingHttpHeaders;
  body: string;
}

/** A partner's system that keeps what comes and answers with the given status, which a test may change. */
export async function startReceiver(): Promise<{
  url: string;
  got: Received[];
  answer(status: number): void;
  stop(): Promise<void>;
}> {
  const got: Received[] = [];
  let status = 204;
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => (body += part));
    request.on('end', () => {
      got.push({ headers: request.headers, body });
      response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end();
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    got,
    answer(next) {
      status = next;
    },
    stop: () => new Promise((closed) => server.close(() => closed())),
  };
}

/** The receiver of services/handoff/README.md, run as it stands there. */
export async function startDocumented(
  secret: string,
): Promise<{ url: string; said: () => string; stop(): Promise<void> }> {
  const text = readFileSync(join(repositoryFolder, 'services/handoff/README.md'), 'utf8');
  const code = /```js\n([^]*?)```/.exec(text)![1]!;
  const folder = mkdtempSync(join(tmpdir(), 'yijiantong-receiver-'));
  writeFileSync(join(folder, 'receiver.mjs'), code);
  const [port] = await freePorts(1);
  const child: ChildProcess = spawn(process.execPath, [join(folder, 'receiver.mjs')], {
    env: { ...process.env, WEBHOOK_SECRET: secret, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout!.setEncoding('utf8').on('data', (part: string) => (said += part));
  const url = `http://127.0.0.1:${port}/`;
  for (let tries = 0; tries < 100; tries++) {
    if (
      await fetch(url, { method: 'POST' }).then(
        () => true,
        () => false,
      )
    )
      break;
    await new Promise((again) => setTimeout(again, 50));
  }
  return {
    url,
    said: () => said,
    async stop() {
      const ended = new Promise((exit) => child.once('exit', exit));
      child.kill();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
