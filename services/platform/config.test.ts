import { expect, test } from 'vitest';
import { readConfig } from './config.ts';

test('an empty environment is the demo on embedded engines, on this machine only', () => {
  expect(readConfig({})).toEqual({
    config: {
      host: '127.0.0.1',
      httpPort: 12349,
      mqttPort: 1883,
      mqttWsPort: 8083,
      dataDir: '.data',
      databaseUrl: undefined,
      mqttUrl: undefined,
      redisUrl: undefined,
      role: 'all',
      demo: true,
      simDevices: 40,
      publicUrl: undefined,
      logLevel: 'info',
      twilio: { accountSid: undefined, authToken: undefined, from: undefined, apiBase: undefined },
    },
  });
});

test('a database of one’s own starts empty unless the demo is asked for', () => {
  const DATABASE_URL = 'postgres://u@h/d';
  expect(readConfig({ DATABASE_URL })).toMatchObject({ config: { databaseUrl: DATABASE_URL, demo: false } });
  expect(readConfig({ DATABASE_URL, DEMO: '1' })).toMatchObject({ config: { demo: true } });
  expect(readConfig({ DEMO: '0' })).toMatchObject({ config: { demo: false } });
});

test('a variable set to nothing counts as unset', () => {
  expect(readConfig({ HTTP_PORT: '', DATABASE_URL: '', ROLE: '' })).toEqual(readConfig({}));
});

test('port 0, for any free one, is allowed', () => {
  expect(readConfig({ HTTP_PORT: '0', MQTT_PORT: '0', MQTT_WS_PORT: '0' })).toMatchObject({
    config: { httpPort: 0, mqttPort: 0, mqttWsPort: 0 },
  });
});

test.each([
  ['HOST', ['999.1.1.1', 'not a host', 'example.org']],
  ['HTTP_PORT', ['http', '70000', '-1', '80.5']],
  ['MQTT_PORT', ['1883;']],
  ['MQTT_WS_PORT', ['65536']],
  ['DATABASE_URL', ['mysql://u@h/d', 'localhost:5432']],
  ['MQTT_URL', ['http://h', 'h:1883']],
  ['REDIS_URL', ['mqtt://h', 'h']],
  ['PUBLIC_URL', ['ftp://h', 'example.org']],
  ['ROLE', ['web', 'ALL']],
  ['DEMO', ['yes', '2']],
  ['SIM_DEVICES', ['-1', '10001', 'many', '1.5']],
  ['LOG_LEVEL', ['loud']],
  ['TWILIO_ACCOUNT_SID', ['AC1', 'XX00000000000000000000000000000000']],
  ['TWILIO_FROM', ['071012345', '+0', '12349']],
  ['TWILIO_API_BASE', ['h']],
])('a wrong %s is named with what was expected', (variable, values) => {
  for (const value of values) {
    const result = readConfig({ [variable]: value });
    expect('errors' in result && result.errors, value).toEqual([
      expect.stringMatching(new RegExp(`^${variable}: expected .`)),
    ]);
  }
});

test('two listeners on one port are named, unless the broker is another one', () => {
  const ports = { HTTP_PORT: '8000', MQTT_PORT: '8001', MQTT_WS_PORT: '8000' };
  expect(readConfig(ports)).toEqual({ errors: ['MQTT_WS_PORT: 8000 is HTTP_PORT already'] });
  expect(readConfig({ HTTP_PORT: '1883' })).toEqual({ errors: ['MQTT_PORT: 1883 is HTTP_PORT already'] });
  expect(readConfig({ ...ports, MQTT_URL: 'mqtt://h' })).toMatchObject({ config: { httpPort: 8000 } });
});

test('every mistake is named at once, one line each', () => {
  const result = readConfig({
    HTTP_PORT: 'http',
    DATABASE_URL: 'mysql://h',
    DEMO: 'maybe',
    SIM_DEVICES: '-3',
    REDIS_URL: 'h',
  });
  expect('errors' in result && result.errors.map((line) => line.split(':')[0])).toEqual([
    'HTTP_PORT',
    'DATABASE_URL',
    'REDIS_URL',
    'DEMO',
    'SIM_DEVICES',
  ]);
});

test.each(['api', 'bridge', 'worker'])('ROLE=%s needs engines that other processes share', (ROLE) => {
  expect(readConfig({ ROLE })).toEqual({
    errors: [`DATABASE_URL: needed for ROLE=${ROLE}`, `MQTT_URL: needed for ROLE=${ROLE}`],
  });
  expect(readConfig({ ROLE, DATABASE_URL: 'postgres://h/d', MQTT_URL: 'mqtt://h' })).toMatchObject({
    config: { role: ROLE },
  });
});

test('what a role needs is named together with what is wrong elsewhere', () => {
  const result = readConfig({ ROLE: 'api', HTTP_PORT: 'x', MQTT_URL: 'mqtt://h' });
  expect('errors' in result && result.errors.map((line) => line.split(':')[0])).toEqual(['HTTP_PORT', 'DATABASE_URL']);
});

test('a telephone network is named wholly, with the way back to us, or not at all', () => {
  const whole = {
    TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
    TWILIO_AUTH_TOKEN: 'secret',
    TWILIO_FROM: '+867101234567',
    PUBLIC_URL: 'https://12349.example',
  };
  expect(readConfig(whole)).toMatchObject({ config: { twilio: { from: '+867101234567' } } });
  for (const missing of Object.keys(whole)) {
    expect(readConfig({ ...whole, [missing]: '' })).toEqual({
      errors: [`${missing}: needed with the other TWILIO_ variables`],
    });
  }
});
