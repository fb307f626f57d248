/** What the box says. Texts: voice.md; short, one sentence at a time, never a number that a frightened person must read. */

const DIGITS = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];

/** 1 → 一, 2 → 两 (before a measure word), 12 → 十二, 45 → 四十五. Whole numbers 0–99 (others are rounded up); above that 一百多. */
export function inWords(count: number): string {
  const n = Math.max(0, Math.ceil(count));
  if (n === 2) return '两';
  if (n < 10) return DIGITS[n]!;
  if (n > 99) return '一百多';
  const tens = Math.floor(n / 10);
  const ones = n % 10;
  return `${tens === 1 ? '' : DIGITS[tens]}十${ones === 0 ? '' : DIGITS[ones]}`;
}

const DOUBLE_SURNAMES = ['欧阳', '司马', '上官', '诸葛', '夏侯', '尉迟', '皇甫', '东方'];

/** The family name: two characters for the few double ones. */
export function surname(name: string): string {
  const double = DOUBLE_SURNAMES.find((candidate) => name.startsWith(candidate));
  return double ?? [...name][0] ?? '';
}

/** How the box calls a helper: 王师傅, 刘医生. */
export function spokenName(name: string, role: string): string {
  return `${surname(name)}${role === 'medic' ? '医生' : '师傅'}`;
}

export const SAY = {
  received: '收到了,您别急,正给您叫人呢。',
  receivedQuietly: '',
  claimed: (operator: string) => `我们的小${surname(operator)}接到了,这就跟您说话。说不了也不要紧,我们会想法子。`,
  accepted: (who: string) => `${who}接了,马上出门。`,
  acceptedLater: (who: string) => `${who}接了这活,出门的时候再跟您说。`,
  dispatched: (who: string, minutes: number) => `${who}出门了,大约${inWords(minutes)}分钟到您家。我们一直陪着您。`,
  familyComing: (who: string, minutes: number | null) =>
    minutes === null ? `您${who}接到电话了,正往家赶。` : `您${who}接到电话了,大约${inWords(minutes)}分钟到。`,
  late: (who: string, minutes: number) => `${who}路上慢了,还要${inWords(minutes)}分钟,我们还在。`,
  onTheWay: (who: string, minutes: number) => `${who}还有大约${inWords(minutes)}分钟到,我们还在。`,
  stillHere: '我们还在,正给您想法子呢。',
  another: '换一个人来,我们还在,您别急。',
  arrived: (who: string) => `${who}到门口了,起不来别硬撑,他会想法子进来。`,
  /** Nobody is on the floor: somebody comes to do a job. */
  arrivedForWork: (who: string) => `${who}到门口了。`,
  centreComing: (target: string) =>
    target === '120' ? '救护车出来了,我们一直陪着您。' : '人已经出来了,我们一直陪着您。',
  resolved: '这回的事办好了,您歇着。白天黑夜,有事就按红键。',
  cancelled: '好,知道您没事了。有事随时再按。',
  askMistaken: '您说没事了?我们问一声就放心了。',
} as const;
