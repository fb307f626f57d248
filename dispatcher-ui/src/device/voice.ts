/** Sound and touch of the page: Mandarin from the browser's own voices where there are any, slow, for old ears. */

/** Speaks a sentence after those before it; `anew` drops what is being said. Silent where the browser has no Mandarin voice. */
export function speakAloud(say: string, anew: boolean): void {
  const synthesis = globalThis.speechSynthesis as SpeechSynthesis | undefined;
  if (!synthesis || say === '') return;
  const voice = synthesis
    .getVoices()
    .find((one) => /^(zh|cmn)([-_](CN|Hans))?/i.test(one.lang) && !/HK|TW/i.test(one.lang));
  if (!voice) return;
  if (anew) synthesis.cancel();
  const sentence = new SpeechSynthesisUtterance(say);
  sentence.lang = 'zh-CN';
  sentence.voice = voice;
  sentence.rate = 0.85;
  synthesis.speak(sentence);
}

/** Stops in the middle of a word: quiet mode. */
export function hush(): void {
  (globalThis.speechSynthesis as SpeechSynthesis | undefined)?.cancel();
}

/** Shakes the device where it can be shaken; ms on, off, on. */
export function vibrate(pattern: number | number[]): void {
  // Browsers without vibration lack the function; those that refuse it before the first touch say so by returning false.
  if ('vibrate' in navigator) navigator.vibrate(pattern);
}

/** Three rising tones: the platform looks for the person. */
export function ringTone(): void {
  if (!('AudioContext' in globalThis)) return;
  const audio = new AudioContext();
  for (const [index, hertz] of [660, 880, 1100].entries()) {
    const tone = audio.createOscillator();
    const level = audio.createGain();
    tone.frequency.value = hertz;
    level.gain.value = 0.3;
    tone.connect(level).connect(audio.destination);
    tone.start(audio.currentTime + index * 0.35);
    tone.stop(audio.currentTime + index * 0.35 + 0.25);
  }
  setTimeout(() => void audio.close(), 1500);
}
