import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from './engine.ts';
import { createEngine, findProgram } from './engine.ts';
import { freePorts } from './ports.ts';

export interface Mosquitto extends Engine {
  /** mqtt://127.0.0.1:port, without credentials. */
  readonly url: string;
  readonly port: number;
  /** MQTT over WebSocket; only with the configuration made here. */
  readonly wsUrl: string;
  readonly wsPort: number;
  /** Reads configuration, passwords and access rules again (SIGHUP). */
  reload(): void;
  /** Stops it and deletes its folder. */
  remove(): Promise<void>;
}

/** Two free ports for a Mosquitto whose configuration is written elsewhere (`npm run broker` with MQTT_PORT, MQTT_WS_PORT). */
export async function mosquittoPorts(): Promise<{ port: number; wsPort: number }> {
  const [port, wsPort] = await freePorts(2);
  return { port: port!, wsPort: wsPort! };
}

/**
 * Debian's Mosquitto, started. With `configFile` (whose listeners must be on `port` and `wsPort`) it runs exactly that;
 * otherwise a broker that lets everybody in, with `lines` appended, and with `persistent` the settings under which
 * nothing acknowledged was lost through kill -9 (design.md).
 */
export async function startMosquitto(
  options: {
    configFile?: string;
    port?: number;
    wsPort?: number;
    lines?: readonly string[];
    persistent?: boolean;
  } = {},
): Promise<Mosquitto> {
  const program = findProgram(['mosquitto'], 'mosquitto');
  const ports = await mosquittoPorts();
  const port = options.port ?? ports.port;
  const wsPort = options.wsPort ?? ports.wsPort;
  const home = mkdtempSync(join(tmpdir(), 'yijiantong-test-mosquitto-'));
  let configFile = options.configFile;
  if (configFile === undefined) {
    configFile = join(home, 'mosquitto.conf');
    writeFileSync(configFile, configuration(port, wsPort, home, options));
  }
  const engine = createEngine({ command: () => [program, '-c', configFile], port, cwd: home });
  await engine.start();
  return {
    ...engine,
    url: `mqtt://127.0.0.1:${port}`,
    port,
    wsUrl: `ws://127.0.0.1:${wsPort}`,
    wsPort,
    reload: () => engine.signal('SIGHUP'),
    async remove() {
      engine.thaw();
      await engine.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

function configuration(
  port: number,
  wsPort: number,
  home: string,
  options: { lines?: readonly string[]; persistent?: boolean },
): string {
  return [
    // Otherwise a Mosquitto started by root becomes the user "mosquitto", who may not write in the test's folder.
    ...(process.getuid?.() === 0 ? ['user root'] : []),
    `listener ${port} 127.0.0.1`,
    `listener ${wsPort} 127.0.0.1`,
    'protocol websockets',
    'allow_anonymous true',
    'set_tcp_nodelay true',
    'max_queued_messages 100000',
    ...(options.persistent
      ? ['persistence true', `persistence_location ${home}/`, 'autosave_on_changes true', 'autosave_interval 1']
      : ['persistence false']),
    ...(options.lines ?? []),
    '',
  ].join('\n');
}
