import type {
  AllergyIntolerance,
  Bundle,
  CodeableConcept,
  Composition,
  CompositionSection,
  Condition,
  Encounter,
  Location,
  MedicationStatement,
  Organization,
  Patient,
  Resource,
  ServiceRequest,
} from '@medplum/fhirtypes';
import type { Packet } from '#contracts/handoff.ts';
import { idFromName } from '#kernel/ids.ts';
import { stateOf, TARGETS } from './words.ts';

const LOINC = 'http://loinc.org';
/** What the International Patient Summary says where nothing is recorded: not “none”, but that nobody knows. */
const UNKNOWN = 'http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips';

/**
 * The packet as a FHIR R4 document after the International Patient Summary (HL7 FHIR IPS 1.1): allergies, problems and
 * medication, with the Encounter under way and the ServiceRequest to the centre. Ids follow from the case. Pure.
 */
export function fhirOf(packet: Packet): Bundle {
  const full = (name: string): string => `urn:uuid:${idFromName(`${packet.incident}/${name}`)}`;
  const patient = full('patient');
  const ours = full('organization');
  const allergies = allergiesOf(packet, patient);
  const conditions = conditionsOf(packet, patient);
  const medication = medicationOf(packet, patient);
  const entries: [string, Resource][] = [
    [patient, patientOf(packet)],
    [
      ours,
      { resourceType: 'Organization', name: '12349 一键通', telecom: [phone(packet.callBack)] } satisfies Organization,
    ],
    [full('location'), locationOf(packet)],
    [full('encounter'), encounterOf(packet, patient, full('location'))],
    [full('request'), requestOf(packet, patient, ours, full('encounter'), full('location'))],
    ...allergies.map((one, place): [string, Resource] => [full(`allergy-${place}`), one]),
    ...conditions.map((one, place): [string, Resource] => [full(`condition-${place}`), one]),
    ...medication.map((one, place): [string, Resource] => [full(`medication-${place}`), one]),
  ];
  const sections = [
    section(
      '过敏',
      '48765-2',
      'Allergies and adverse reactions Document',
      packet.care?.allergies,
      allergies.map((_, i) => full(`allergy-${i}`)),
    ),
    section(
      '病史',
      '11450-4',
      'Problem list - Reported',
      packet.care?.conditions,
      conditions.map((_, i) => full(`condition-${i}`)),
    ),
    section(
      '用药',
      '10160-0',
      'History of Medication use Narrative',
      packet.care?.medication,
      medication.map((_, i) => full(`medication-${i}`)),
    ),
  ];
  const composition: Composition = {
    resourceType: 'Composition',
    status: 'final',
    type: code(LOINC, '60591-5', 'Patient summary Document'),
    subject: { reference: patient },
    encounter: { reference: full('encounter') },
    date: packet.madeAt,
    author: [{ reference: ours }],
    title: `${packet.test ? '演练 ' : ''}12349 交给${TARGETS[packet.target]}的病人摘要 ${packet.reference}`,
    section: sections,
  };
  return {
    resourceType: 'Bundle',
    identifier: { system: 'urn:ietf:rfc:3986', value: `urn:uuid:${idFromName(`${packet.incident}/${packet.madeAt}`)}` },
    type: 'document',
    timestamp: packet.madeAt,
    entry: [[full('composition'), composition] as [string, Resource], ...entries].map(([fullUrl, resource]) => ({
      fullUrl,
      resource: { ...resource, id: fullUrl.slice('urn:uuid:'.length) },
    })),
  };
}

const code = (system: string, value: string, display: string, text?: string): CodeableConcept => ({
  coding: [{ system, code: value, display }],
  ...(text !== undefined && { text }),
});
const phone = (value: string): { system: 'phone'; value: string } => ({ system: 'phone', value });
const status = (kind: 'condition-clinical' | 'allergyintolerance-clinical'): CodeableConcept => ({
  coding: [{ system: `http://terminology.hl7.org/CodeSystem/${kind}`, code: 'active' }],
});

function patientOf({ who, where, contacts, incident }: Packet): Patient {
  if (who === null)
    return {
      resourceType: 'Patient',
      name: [{ text: '身份不明' }],
      identifier: [{ system: 'urn:12349:incident', value: incident }],
    };
  return {
    resourceType: 'Patient',
    name: [{ use: 'official', text: who.name }],
    gender: who.sex === 'f' ? 'female' : 'male',
    ...(who.born !== null && { birthDate: who.born }),
    ...(who.phone !== null && { telecom: [phone(who.phone)] }),
    ...(where.address !== null && { address: [{ use: 'home', text: where.address, country: 'CN' }] }),
    ...(contacts.length > 0 && {
      contact: contacts.map((one) => ({
        relationship: [{ text: one.relation }],
        name: { text: one.name },
        telecom: [phone(one.phone)],
      })),
    }),
  };
}

function locationOf({ where }: Packet): Location {
  const entry = [
    where.landmark,
    where.floor === null ? null : `${where.floor}楼`,
    where.lift ? '有电梯' : null,
    where.entry,
  ];
  return {
    resourceType: 'Location',
    name: where.address ?? '地址不明',
    description: entry.filter((one) => one !== null && one !== '').join(',') || '没有进门说明',
    mode: 'instance',
    ...(where.address !== null && { address: { text: where.address, country: 'CN' } }),
    // FHIR positions are WGS-84.
    ...(where.wgs84 !== null && { position: { latitude: where.wgs84.lat, longitude: where.wgs84.lon } }),
  };
}

function encounterOf(packet: Packet, patient: string, location: string): Encounter {
  return {
    resourceType: 'Encounter',
    status: packet.atScene.length > 0 ? 'in-progress' : 'triaged',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'EMER', display: 'emergency' },
    subject: { reference: patient },
    period: { start: packet.what.openedAt },
    reasonCode: [{ text: packet.what.complaint }],
    location: [{ location: { reference: location } }],
  };
}

function requestOf(packet: Packet, patient: string, ours: string, encounter: string, location: string): ServiceRequest {
  return {
    resourceType: 'ServiceRequest',
    identifier: [{ system: 'urn:12349:reference', value: packet.reference }],
    status:
      packet.handoff?.state === 'withdrawn' || packet.handoff?.state === 'rejected'
        ? 'revoked'
        : packet.handoff?.state === 'closed'
          ? 'completed'
          : 'active',
    intent: 'order',
    priority: 'stat',
    code: { text: packet.target === '120' ? '救护车' : `请${TARGETS[packet.target]}处置` },
    subject: { reference: patient },
    encounter: { reference: encounter },
    authoredOn: packet.handoff?.offeredAt ?? packet.madeAt,
    requester: { reference: ours },
    performer: [{ display: TARGETS[packet.target]! }],
    locationReference: [{ reference: location }],
    reasonCode: [{ text: `${packet.what.complaint},${stateOf(packet.what.answers)}` }],
    note: [{ text: packet.oneEvent }, { text: packet.script.first }, ...packet.script.rest.map((text) => ({ text }))],
  };
}

function allergiesOf({ care }: Packet, patient: string): AllergyIntolerance[] {
  const bare = {
    resourceType: 'AllergyIntolerance',
    clinicalStatus: status('allergyintolerance-clinical'),
    patient: { reference: patient },
  } as const;
  if (care === null || care.allergies.length === 0)
    return [{ ...bare, code: code(UNKNOWN, 'no-allergy-info', 'No information about allergies', '过敏情况没有记录') }];
  return care.allergies.map((text) => ({ ...bare, code: { text } }));
}

function conditionsOf({ care }: Packet, patient: string): Condition[] {
  const bare = {
    resourceType: 'Condition',
    clinicalStatus: status('condition-clinical'),
    subject: { reference: patient },
  } as const;
  if (care === null || care.conditions.length === 0)
    return [{ ...bare, code: code(UNKNOWN, 'no-problem-info', 'No information about problems', '病史没有记录') }];
  return care.conditions.map((text) => ({ ...bare, code: { text } }));
}

function medicationOf({ care, madeAt }: Packet, patient: string): MedicationStatement[] {
  const bare = {
    resourceType: 'MedicationStatement',
    subject: { reference: patient },
    effectivePeriod: { end: madeAt },
  } as const;
  if (care === null || care.medication.length === 0)
    return [
      {
        ...bare,
        status: 'unknown',
        medicationCodeableConcept: code(
          UNKNOWN,
          'no-medication-info',
          'No information about medications',
          '用药没有记录',
        ),
      },
    ];
  return care.medication.map((text) => ({ ...bare, status: 'active', medicationCodeableConcept: { text } }));
}

const MARKS: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function section(
  title: string,
  loinc: string,
  display: string,
  lines: readonly string[] | undefined,
  entries: string[],
): CompositionSection {
  const said = lines === undefined || lines.length === 0 ? ['没有记录'] : lines;
  const items = said
    .map((line) => `<li>${line.replaceAll(/\p{Cc}/gu, ' ').replaceAll(/[&<>"]/g, (mark) => MARKS[mark]!)}</li>`)
    .join('');
  return {
    title,
    code: code(LOINC, loinc, display),
    text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml"><ul>${items}</ul></div>` },
    entry: entries.map((reference) => ({ reference })),
  };
}
