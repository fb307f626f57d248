import type { Candidate } from '#contracts/incident.ts';
import type { DutyCandidate } from '#registry/duty.ts';
import type { Helper } from './domain/street.ts';

const RINGS = ['本网格值班', '本社区值班', '本街道值班'] as const;

/** Why this one, in words: duty, answers for the place, key, distance. */
function whyOf(candidate: DutyCandidate): string {
  const reasons: (string | null)[] = [
    RINGS[candidate.ring],
    candidate.part === 'responsible' ? '责任人' : candidate.part === 'backup' ? '后备责任人' : null,
    candidate.hasKey ? '有钥匙' : null,
    candidate.metres < 1000
      ? `${Math.round(candidate.metres / 10) * 10}米`
      : `${(candidate.metres / 1000).toFixed(1)}公里`,
  ];
  return reasons.filter((reason) => reason !== null).join('、');
}

/** The one to be asked, as the core takes him. */
export function candidateHelper(candidate: DutyCandidate): Helper {
  return {
    staffId: candidate.id,
    name: candidate.name,
    role: candidate.kind,
    phone: candidate.phone,
    minutes: candidate.minutes,
    why: whyOf(candidate),
  };
}

/** As shown to the operator; `busy`: how many other cases he has in hand. */
export function wireCandidate(candidate: DutyCandidate, busy: number): Candidate {
  return {
    id: candidate.id,
    name: candidate.name,
    role: candidate.kind,
    minutes: candidate.minutes,
    metres: Math.round(candidate.metres),
    hasKey: candidate.hasKey,
    onDuty: true,
    busy,
    why: busy > 0 ? `${whyOf(candidate)}、手上有 ${busy} 件` : whyOf(candidate),
  };
}
