import type { WireIncident } from '#contracts/incident.ts';
import type { FieldGone, Notice } from '#contracts/socket.ts';

const WHY: Record<string, (who: string) => string> = {
  ladder: (who) => `${who} 还没有人接`,
  owner_busy: (who) => `${who} 又按了,受理人正忙,请另一位坐席接`,
  nobody_has_it: (who) => `${who} 一直没有人接`,
  reminded: (who) => `${who} 还在处理吗?按空格继续`,
  nobody_comes: (who) => `${who} 附近都没有能来的人,请转 110`,
  no_entry: (who) => `${who} 家门口有人,进不去`,
  arrival_unproven: (who) => `${who} 那里来的人自己说到了,还没有证实,请问一声`,
  late: (who) => `去 ${who} 的人晚了`,
  handoff_unanswered: (who) => `${who} 转出去还没有答复`,
  follow_up_due: (who) => `${who} 该回访了`,
};

/** Why an assignment is no longer somebody's, as his page says it: by whom it was filled, or that its time ran out. */
export function goneWords(wire: WireIncident, id: string): FieldGone {
  const state = wire.assignments.find((one) => one.id === id)?.state;
  const others = wire.assignments.filter(
    (one) => one.id !== id && ['accepted', 'under_way', 'on_scene', 'done'].includes(one.state),
  );
  const filled = (state === 'withdrawn' || state === 'expired') && others.length > 0;
  const why = filled ? 'filled' : state === 'expired' ? 'expired' : state === 'withdrawn' ? 'withdrawn' : 'ended';
  return { id, why, who: filled ? others.map((one) => one.responder.name) : [] };
}

/** The notice of a step of the ladder. Names the case by who it is, or where it stands, never by an id. */
export function pageNotice(incident: WireIncident, page: { who?: string; why?: string }): Notice {
  const who =
    incident.resident?.name ?? incident.residents[0]?.name ?? incident.region.at(-1)?.name ?? '没有登记的设备';
  const alarm = incident.state === 'waiting' && incident.class === 'rescue' && page.why !== 'follow_up_due';
  return {
    level: alarm ? 'alarm' : 'warn',
    code: page.why ?? 'page',
    text: (WHY[page.why ?? ''] ?? ((name: string) => `请看 ${name}`))(who),
    incident: incident.id,
  };
}
