import { expect, it } from 'vitest';
import { hashDeviceSecret, laneOf, newDeviceSecret, verifyDeviceSecret } from './device-secret.ts';

it('a hash that mosquitto_passwd 2.0.11 wrote is understood', () => {
  const written =
    '$7$101$RP8gfsbhc04EexBP$0diSy7YuHCShnPTQJvZwyfTUIttAqZgjxrOrVJRc5mDrswWCIa1Kl9dRN9MLR5Wwy47WdlIHjTfUPRFDIK6OyQ==';
  expect(verifyDeviceSecret('pw', written)).toBe(true);
  expect(verifyDeviceSecret('pv', written)).toBe(false);
});

it('a secret is 128 bits, and only it fits its hash', () => {
  const secret = newDeviceSecret();
  expect(secret).toMatch(/^[0-9a-f]{32}$/);
  const hash = hashDeviceSecret(secret);
  expect(hash).toMatch(/^\$7\$101\$[A-Za-z0-9+/]{16}\$[A-Za-z0-9+/]{86}==$/);
  expect(verifyDeviceSecret(secret, hash)).toBe(true);
  expect(verifyDeviceSecret(newDeviceSecret(), hash)).toBe(false);
});

it('a stored hash that is broken fits nothing and costs nothing', () => {
  for (const broken of [
    '',
    'secret',
    '$6$abc$def',
    '$7$101$$',
    '$7$99999999$AAAA$AAAA',
    '$7$0$AAAA$AAAA',
    '$7$101$AAAA$AAAA',
  ]) {
    expect(verifyDeviceSecret('x', broken)).toBe(false);
  }
});

it('the lane is the first hex digit of the SHA-256 of the id', () => {
  // echo -n demo-0001 | sha256sum
  expect(laneOf('demo-0001')).toBe('d');
  expect(new Set(Array.from({ length: 500 }, (_, i) => laneOf(`device-${i}`))).size).toBe(16);
});
