import type { Random } from './random.ts';

/** Surnames with their share in Hubei, per mille (as best known; the order follows the 2020 census reports). */
const SURNAMES: readonly (readonly [string, number])[] = [
  ['王', 66],
  ['李', 62],
  ['张', 60],
  ['刘', 58],
  ['陈', 55],
  ['杨', 36],
  ['周', 33],
  ['胡', 26],
  ['黄', 25],
  ['徐', 22],
  ['吴', 22],
  ['朱', 19],
  ['余', 17],
  ['赵', 17],
  ['彭', 14],
  ['郑', 13],
  ['汪', 13],
  ['何', 13],
  ['孙', 12],
  ['程', 12],
  ['罗', 11],
  ['熊', 11],
  ['万', 10],
  ['方', 10],
  ['曾', 9],
  ['袁', 9],
  ['邓', 9],
  ['肖', 9],
  ['马', 9],
  ['高', 8],
  ['郭', 8],
  ['夏', 8],
  ['谢', 8],
  ['叶', 7],
  ['董', 7],
  ['龚', 7],
  ['魏', 6],
  ['田', 6],
  ['宋', 6],
  ['许', 6],
  ['丁', 5],
  ['韩', 5],
  ['江', 5],
  ['杜', 5],
  ['姚', 5],
  ['雷', 5],
  ['向', 4],
  ['柯', 4],
  ['樊', 3],
  ['习', 1],
];

/** First and second characters of given names of those born before about 1968. */
const OLD_FEMALE = ['桂秀玉淑凤春兰素翠金荷明庆先菊正德翠', '兰英珍芳香莲华梅秀芝云琴枝荣娥清珍英'] as const;
const OLD_MALE = ['建志德永光明福文正学少长兴世家国有大宏忠', '国华明清富生林平安发成元义才福强贵山海友'] as const;
const OLD_SINGLE_MALE = ['福生', '有福', '大富', '长根', '铁柱', '老幺'] as const;
const YOUNG_FEMALE = [
  '芳',
  '敏',
  '静',
  '丽',
  '艳',
  '娟',
  '霞',
  '燕',
  '玲',
  '丹',
  '晓红',
  '晓燕',
  '海霞',
  '红梅',
  '雪',
  '婷婷',
  '小芳',
  '慧',
  '倩',
  '莉',
] as const;
const YOUNG_MALE = [
  '伟',
  '强',
  '磊',
  '军',
  '洋',
  '勇',
  '杰',
  '涛',
  '明',
  '超',
  '建军',
  '志强',
  '海涛',
  '鹏',
  '波',
  '晓东',
  '刚',
  '辉',
  '斌',
  '俊',
] as const;

/** A surname, as often as it is met in Hubei. */
export function drawSurname(random: Random): string {
  return random.weighted(SURNAMES);
}

/** A given name as people of that sex and time have it. */
export function drawGivenName(random: Random, sex: 'f' | 'm', bornYear: number): string {
  if (bornYear >= 1968) return random.pick(sex === 'f' ? YOUNG_FEMALE : YOUNG_MALE);
  if (sex === 'm' && random.chance(0.04)) return random.pick(OLD_SINGLE_MALE);
  const [first, second] = sex === 'f' ? OLD_FEMALE : OLD_MALE;
  const a = first.charAt(random.int(0, first.length - 1));
  let b = second.charAt(random.int(0, second.length - 1));
  if (a === b) b = sex === 'f' ? '英' : '国';
  return a + b;
}

/** A mobile number that rings nowhere: the prefix 154 is assigned to no operator. */
export function drawPhone(random: Random): string {
  return `154${String(random.int(0, 99_999_999)).padStart(8, '0')}`;
}
