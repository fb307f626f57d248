/** Samples a second (telephone quality). */
const RATE = 8_000;
const SECONDS = 8;

/**
 * What is heard while one waits: two soft tones now and then, so that nobody thinks the line is dead. Made here (8 s, 8 kHz,
 * 8-bit PCM in WAV), so that no recording of anybody's is played.
 */
export const HOLD_WAV: Buffer = tones();

function tones(): Buffer {
  const samples = Buffer.alloc(RATE * SECONDS, 128);
  for (const [start, hertz] of [
    [0.5, 440],
    [1.3, 554],
    [4.5, 440],
    [5.3, 554],
  ] as const) {
    for (let i = 0; i < RATE * 0.7; i++) {
      const swell = Math.sin((Math.PI * i) / (RATE * 0.7));
      samples[Math.floor(start * RATE) + i] = 128 + Math.round(28 * swell * Math.sin((2 * Math.PI * hertz * i) / RATE));
    }
  }
  return wav(samples);
}

function wav(samples: Buffer): Buffer {
  const head = Buffer.alloc(44);
  head.write('RIFF', 0, 'ascii');
  head.writeUInt32LE(36 + samples.length, 4);
  head.write('WAVEfmt ', 8, 'ascii');
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(RATE, 24);
  head.writeUInt32LE(RATE, 28);
  head.writeUInt16LE(1, 32);
  head.writeUInt16LE(8, 34);
  head.write('data', 36, 'ascii');
  head.writeUInt32LE(samples.length, 40);
  return Buffer.concat([head, samples]);
}
