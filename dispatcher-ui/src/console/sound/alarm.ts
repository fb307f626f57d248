/**
 * The sounds of the desk, made by WebAudio, no file. The alarm is one looped buffer, so no timer has to run for it to go on:
 * two rising tones (740 and 988 Hz) every 1.5 s, well under two a second.
 */
import { createStore } from '../../ui/store.ts';

export interface SoundState {
  /** `off` until a person has switched it on: browsers allow no sound before. */
  state: 'off' | 'on' | 'blocked';
  ringing: boolean;
}

export const sound = createStore<SoundState>({ state: 'off', ringing: false });

const PERIOD_S = 1.5;
const RESUME_MS = 2_500;
const TONES = [
  { at: 0, hz: 740, length: 0.3 },
  { at: 0.34, hz: 988, length: 0.42 },
];

let context: AudioContext | null = null;
let loop: AudioBufferSourceNode | null = null;
let wanted = false;

function tone(samples: Float32Array, rate: number, at: number, hz: number, length: number): void {
  const from = Math.floor(at * rate);
  const count = Math.floor(length * rate);
  for (let i = 0; i < count; i += 1) {
    const t = i / rate;
    const edge = Math.min(1, t / 0.015, (length - t) / 0.06);
    // A little of the octave above makes it carry over voices without being shrill.
    const wave = Math.sin(2 * Math.PI * hz * t) + 0.3 * Math.sin(4 * Math.PI * hz * t);
    samples[from + i] = 0.28 * Math.max(0, edge) * wave;
  }
}

function alarmBuffer(audio: AudioContext): AudioBuffer {
  const buffer = audio.createBuffer(1, Math.floor(PERIOD_S * audio.sampleRate), audio.sampleRate);
  for (const one of TONES) tone(buffer.getChannelData(0), audio.sampleRate, one.at, one.hz, one.length);
  return buffer;
}

function follow(): void {
  if (!context) return;
  if (context.state === 'running') {
    if (sound.get().state === 'blocked') sound.set({ state: 'on' });
  } else if (sound.get().state === 'on') sound.set({ state: 'blocked' });
}

/** Switches the sound on, from a click or a key; plays the tone once. False when the browser refuses. */
export async function armSound(): Promise<boolean> {
  try {
    context ??= new AudioContext();
    context.onstatechange = follow;
    // A computer whose sound hangs must not keep her from her work.
    await Promise.race([context.resume(), new Promise((resolve) => setTimeout(resolve, RESUME_MS))]);
  } catch {
    sound.set({ state: 'blocked' });
    return false;
  }
  if (context.state !== 'running') {
    sound.set({ state: 'blocked' });
    return false;
  }
  sound.set({ state: 'on' });
  if (wanted) startLoop();
  else playOnce();
  return true;
}

/** Switches it off by hand; the header says so as long as it is off. */
export function disarmSound(): void {
  stopLoop();
  sound.set({ state: 'off' });
}

function playOnce(): void {
  if (!context) return;
  const source = context.createBufferSource();
  source.buffer = alarmBuffer(context);
  source.connect(context.destination);
  source.start();
}

function startLoop(): void {
  if (!context || loop || sound.get().state === 'off') return;
  loop = context.createBufferSource();
  loop.buffer = alarmBuffer(context);
  loop.loop = true;
  loop.connect(context.destination);
  loop.start();
  sound.set({ ringing: true });
}

function stopLoop(): void {
  loop?.stop();
  loop?.disconnect();
  loop = null;
  sound.set({ ringing: false });
}

/** Rings from now on, or stops: called with every change of the list. */
export function ring(on: boolean): void {
  if (on === wanted) return;
  wanted = on;
  if (on) startLoop();
  else stopLoop();
}

/** One soft tone: a call came that is nobody's life. */
export function chime(): void {
  if (!context || sound.get().state !== 'on' || loop) return;
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  oscillator.frequency.value = 587;
  gain.gain.setValueAtTime(0.0001, context.currentTime);
  gain.gain.exponentialRampToValueAtTime(0.12, context.currentTime + 0.02);
  gain.gain.exponentialRampToValueAtTime(0.0001, context.currentTime + 0.5);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start();
  oscillator.stop(context.currentTime + 0.55);
}
