import { idFromName } from '#kernel/ids.ts';
import { drawGivenName, drawPhone, drawSurname } from './names.ts';
import type { Random } from './random.ts';
import type { ContactRow } from './rows.ts';

const FAR_PLACES = ['武汉', '广州', '深圳', '上海', '北京', '杭州', '十堰', '宜昌', '郑州', '苏州'] as const;

/** Contacts of one resident, first to call first: children near or far, a neighbour, now and then nobody. */
export function drawContacts(
  random: Random,
  residentId: string,
  epoch: number,
  familyName: string,
  bornYear: number,
): ContactRow[] {
  const contacts: ContactRow[] = [];
  const add = (contact: Omit<ContactRow, 'id' | 'resident_id' | 'ord' | 'phone'>): void => {
    const ord = contacts.length + 1;
    contacts.push({
      id: idFromName(`contact:${residentId}:${ord}`, epoch),
      resident_id: residentId,
      ord,
      phone: drawPhone(random),
      ...contact,
    });
  };
  const children = random.weighted([
    [0, 6],
    [1, 34],
    [2, 42],
    [3, 18],
  ]);
  for (let i = 0; i < children; i++) {
    const daughter = random.chance(0.5);
    const local = random.chance(0.55);
    add({
      name: familyName + drawGivenName(random, daughter ? 'f' : 'm', bornYear + random.int(22, 34)),
      relation: `${daughter ? '女儿' : '儿子'}${local ? '' : `(${random.pick(FAR_PLACES)})`}`,
      has_key: local && random.chance(0.7),
      local,
      minutes: local ? random.int(5, 45) : null,
      may_wake: random.weighted([
        ['always', 45],
        ['emergency', 50],
        ['never', 5],
      ] as const),
    });
  }
  if (random.chance(0.45)) {
    add({
      name: `${drawSurname(random)}${random.pick(['嫂', '姐', '叔', '哥', '姨'])}`,
      relation: '邻居',
      has_key: random.chance(0.35),
      local: true,
      minutes: random.int(1, 6),
      may_wake: random.weighted([
        ['always', 10],
        ['emergency', 70],
        ['never', 20],
      ] as const),
    });
  }
  return contacts;
}
