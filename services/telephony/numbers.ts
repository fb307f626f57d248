/** Where numbers without a country belong: China. */
const COUNTRY = '86';

/**
 * A number as one dials it, as the network takes it: E.164 (`+8615400000302`, `+867103511234`), or a short number of the
 * country as it is (110, 12349, 95598). Numbers of other countries are kept. Null: nobody can be called by it. Source:
 * ITU-T E.164 (15 digits at most); 工信部《电信网编号计划》 (mobile 1[3-9] and 9 digits, area code 0 and 2–3 digits, short
 * numbers 1 or 9 and 3–6 digits in all).
 */
export function normaliseNumber(dialled: string): string | null {
  const plain = dialled.normalize('NFKC').replace(/[\s\-().·]/g, '');
  if (/^\+[1-9]\d{6,14}$/.test(plain)) return plain.startsWith('+86') ? chinese(plain.slice(3)) : plain;
  if (/^00[1-9]\d{6,14}$/.test(plain)) return normaliseNumber(`+${plain.slice(2)}`);
  if (/^(?:1\d{2}|1[02]\d{3}|1[02]\d{2}|9\d{4,5})$/.test(plain)) return plain;
  if (/^86(?:1[3-9]\d{9})$/.test(plain)) return `+${plain}`;
  return /^[01]\d+$/.test(plain) ? chinese(plain.replace(/^0/, '')) : null;
}

/** `national` without the leading 0. */
function chinese(national: string): string | null {
  if (/^1[3-9]\d{9}$/.test(national)) return `+${COUNTRY}${national}`;
  if (/^(?:10|2\d)\d{8}$/.test(national)) return `+${COUNTRY}${national}`;
  return /^[3-9]\d{2}\d{7,8}$/.test(national) ? `+${COUNTRY}${national}` : null;
}

/** The ways in which a number may be written down in the registry: E.164, national, with and without the trunk 0. */
export function spellings(number: string): string[] {
  if (!number.startsWith(`+${COUNTRY}`)) return [number];
  const national = number.slice(COUNTRY.length + 1);
  if (/^1[3-9]\d{9}$/.test(national)) return [number, national, `0${national}`, `${COUNTRY}${national}`];
  const area = /^(?:10|2\d)/.test(national) ? 2 : 3;
  return [
    number,
    `0${national}`,
    `0${national.slice(0, area)}-${national.slice(area)}`,
    `${COUNTRY}${national}`,
    national.slice(area),
  ];
}
