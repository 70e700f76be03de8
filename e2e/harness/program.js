// The built program, started as an operator or a curious person starts it, in a folder of its own.

import { spawn, execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

import { Mailbox } from './mailbox.js';

const START_MS = 30_000;
const ROOT = resolve(import.meta.dirname, '../..');
const BINARY = process.env.CLAVERO_BINARY ?? join(process.env.CARGO_TARGET_DIR ?? join(ROOT, 'target'), 'debug/clavero');

const run = promisify(execFile);

function toml(sections) {
  const value = (it) => (typeof it === 'string' ? JSON.stringify(it) : String(it));
  return Object.entries(sections)
    .map(([name, keys]) => [`[${name}]`, ...Object.entries(keys).map(([key, it]) => `${key} = ${value(it)}`), ''].join('\n'))
    .join('\n');
}

/** Resolves with the first match of `pattern` in what the program says, and keeps all of it for a failure's report. */
function startAndWait(args, { cwd, env = {}, pattern }) {
  if (!existsSync(BINARY)) throw new Error(`${BINARY} is not there: build it with cargo build -p clavero`);
  const child = spawn(BINARY, args, { cwd, env: { ...process.env, NO_COLOR: '1', ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = [];
  const started = new Promise((resolveMatch, reject) => {
    const fail = (why) => reject(new Error(`clavero ${args.join(' ')}: ${why}; it said:\n${said.join('')}`));
    const timer = setTimeout(() => fail(`not up within ${START_MS / 1000} s`), START_MS);
    const hear = (chunk) => {
      said.push(chunk);
      const match = said.join('').match(pattern);
      if (!match) return;
      clearTimeout(timer);
      resolveMatch(match);
    };
    child.stdout.setEncoding('utf8').on('data', hear);
    child.stderr.setEncoding('utf8').on('data', hear);
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code) => fail(`ended with ${code}`));
  });
  return { child, said, started };
}

/** A port that is free now: for those who must know the service's address before it starts. */
export async function freePort() {
  const probe = createServer();
  await new Promise((listening) => probe.listen(0, '127.0.0.1', listening));
  const { port } = probe.address();
  await new Promise((closed) => probe.close(closed));
  return port;
}

async function stop(child) {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolveEnd) => child.once('exit', resolveEnd));
  child.kill('SIGTERM');
  await ended;
}

/** `clavero serve` with these employers, its mail going to a mailbox of ours. `settings` overrides sections of the file. */
export async function startService({ registry, catastro, settings = {} }) {
  const folder = await mkdtemp(join(tmpdir(), 'clavero-e2e-'));
  const mailbox = await Mailbox.open();
  const sections = {
    server: { listen: '127.0.0.1:0', admin_listen: '127.0.0.1:0' },
    database: { url: `sqlite:${join(folder, 'clavero.db')}` },
    mail: { smtp_url: `smtp://127.0.0.1:${mailbox.port}`, from: 'no-responder@institucion.example' },
    log: { format: 'json' },
    secrets: { key_file: join(folder, 'keys.toml') },
    // One address makes every request here; what limits do is shown by the tests of limits.
    limits: { starts_per_address: 0, failures_before_proof: 0, failures_per_address: 0, sign_in_failures_per_address: 0 },
    ...settings,
  };
  const config = join(folder, 'clavero.toml');
  await writeFile(config, toml(sections));
  const bring = async (what, file, text) => {
    await writeFile(join(folder, file), text);
    await run(BINARY, ['import', what, join(folder, file), '--config', config], { cwd: folder });
  };
  await bring('employers', 'employers.csv', registry.csv());
  if (catastro) await bring('catastro', 'SRI_RUC_Pichincha.csv', catastro);
  const { child, said, started } = startAndWait(['serve', '--config', config], {
    cwd: folder,
    pattern: /"listen":"([^"]+)"/,
  });
  const address = `http://${(await started)[1]}`;
  return {
    address,
    mailbox,
    said,
    /** Runs another command on the same configuration; what it prints. */
    async run(...args) {
      const { stdout } = await run(BINARY, [...args, '--config', config], { cwd: folder });
      return stdout;
    },
    async stop() {
      await stop(child);
      await mailbox.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** `clavero demo`, as the first command of a newcomer. */
export async function startDemo({ env = {} } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'clavero-demo-'));
  const { child, said, started } = startAndWait(['demo'], {
    cwd: folder,
    env: { CLAVERO_SERVER__LISTEN: '127.0.0.1:0', CLAVERO_SERVER__ADMIN_LISTEN: '127.0.0.1:0', ...env },
    pattern: /http:\/\/localhost:\d+/,
  });
  const [address] = await started;
  return {
    address,
    said,
    async stop() {
      await stop(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
