import type { Eido } from '#contracts/eido.ts';
import type { Packet } from '#contracts/handoff.ts';
import { TARGETS } from './words.ts';

const OURS = 'agency-12349';
const PLACE = 'location-incident';
const CALLBACK = 'callback-12349';
const TYPES = { '120': 'Medical', hospital: 'Medical', '119': 'Fire', '110': 'Police' } as const;
const STATUS: Record<string, Eido['incidentComponent']['incidentStatusCommonRegistryText'][number]> = {
  offered: 'New',
  accepted: 'Active',
  dispatched: 'Dispatched',
  on_scene: 'OnScene',
};

/** The packet as an EIDO-like document. Pure; valid against `eidoSchema`. `priority` 1–4. */
export function eidoOf(packet: Packet, priority: number): Eido {
  const prologue = (
    $id: string,
  ): { $id: string; lastUpdateTimeStamp: string; updatedByAgencyReference: { $ref: string } } => ({
    $id,
    lastUpdateTimeStamp: packet.madeAt,
    updatedByAgencyReference: { $ref: OURS },
  });
  const notes = packet.done.map((line, place) => ({
    ...prologue(`note-${place + 1}`),
    notesActionComments: `${line.at} ${line.by}:${line.text}`,
  }));
  const people = personsOf(packet).map((one, place) => ({ ...prologue(`person-${place + 1}`), ...one }));
  const refs = (list: readonly { $id: string }[]): { $ref: string }[] => list.map(({ $id }) => ({ $ref: $id }));
  return {
    ...prologue(`urn:uuid:${packet.incident}`),
    eidoVersion: '1.0',
    eidoExtensionId: ['urn:12349:eido:1'],
    issuingElementIdentification: 'urn:12349',
    incidentComponent: {
      ...prologue(`incident-${packet.incident}`),
      incidentTypeCommonRegistryText: TYPES[packet.target],
      incidentTypeInternalText: packet.what.complaint,
      incidentStatusCommonRegistryText: [packet.handoff === null ? 'New' : (STATUS[packet.handoff.state] ?? 'Closed')],
      internalIncidentId: packet.reference,
      incidentCommonPriorityNumber: priority,
      locationReference: [{ $ref: PLACE }],
      personReference: refs(people),
      notesReference: refs(notes),
    },
    callComponent: [
      {
        ...prologue(`call-${packet.incident}`),
        standardPrimaryCallType: 'emergency',
        direction: 'incoming',
        callStartTimestamp: packet.what.openedAt,
        callStateRegistryText: packet.what.silent ? 'callSilent' : 'callAnswered',
        callBackReference: { $ref: CALLBACK },
        locationReference: [{ $ref: PLACE }],
      },
    ],
    callbackComponent: [
      { ...prologue(CALLBACK), callBackInformationUri: [`tel:${packet.callBack.replaceAll(/[^+\d-]/g, '')}`] },
    ],
    agencyComponent: [
      {
        ...prologue(OURS),
        agencyRoleDescriptionRegistryText: ['CallReceiving'],
        agencyType: ['telecare'],
        agencyName: '12349 一键通',
      },
      {
        ...prologue(`agency-${packet.target}`),
        agencyRoleDescriptionRegistryText: ['Dispatching'],
        agencyType: [packet.target === 'hospital' ? 'hospital' : 'psap'],
        agencyName: TARGETS[packet.target]!,
      },
    ],
    locationComponent: [
      {
        ...prologue(PLACE),
        locationTypeDescriptionRegistryText: 'Incident',
        locationByValue: pidfLo(packet),
        locationDescriptionText: [packet.where.region, packet.where.address]
          .filter((one) => one !== null && one !== '')
          .join(' '),
      },
    ],
    personComponent: people,
    notesComponent: notes,
    x12349: extensionOf(packet),
  };
}

type Person = Pick<Eido['personComponent'][number], 'personIncidentRoleRegistryText' | 'ncPersonComponent'>;

function personsOf({ who, contacts, atScene, coming }: Packet): Person[] {
  const called = (name: string, phone: string | null): Person['ncPersonComponent'] => ({
    PersonName: { PersonFullName: name },
    ...(phone !== null && { PersonContactInformation: { ContactTelephoneNumber: [phone] } }),
  });
  const patient: Person[] =
    who === null
      ? []
      : [
          {
            personIncidentRoleRegistryText: ['Patient'],
            ncPersonComponent: {
              ...called(who.name, who.phone),
              PersonSexText: who.sex === 'f' ? 'female' : 'male',
              PersonAgeMeasure: { MeasureIntegerValue: who.age, MeasureUnitText: 'year' },
            },
          },
        ];
  return [
    ...patient,
    ...contacts.map((one): Person => ({
      personIncidentRoleRegistryText: ['Contact'],
      ncPersonComponent: called(`${one.name}(${one.relation})`, one.phone),
    })),
    ...[...atScene, ...coming].map((one): Person => ({
      personIncidentRoleRegistryText: ['Responder'],
      ncPersonComponent: called(one.name, one.phone),
    })),
  ];
}

function extensionOf(packet: Packet): Eido['x12349'] {
  const { source: _source, ...where } = packet.where;
  const { care } = packet;
  return {
    handoff: packet.handoff?.id ?? null,
    oneEvent: packet.oneEvent,
    test: packet.test,
    script: packet.script,
    answers: packet.what.answers,
    where,
    healthCard:
      care === null
        ? null
        : {
            conditions: care.conditions,
            medication: care.medication,
            allergies: care.allergies,
            bloodType: care.bloodType,
            hospital: care.hospital,
            hearing: care.hearing,
            dialect: care.dialect,
            mobility: care.mobility,
            livesAlone: care.livesAlone,
          },
    vitals: packet.vitals,
    atScene: packet.atScene,
    coming: packet.coming,
    meets: packet.meets,
  };
}

const MARKS: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };
const xml = (text: string): string => text.replaceAll(/\p{Cc}/gu, ' ').replaceAll(/[&<>"']/g, (mark) => MARKS[mark]!);

/** PIDF-LO with a civic address (RFC 5139) and, where known, a point in WGS-84 (RFC 5491). */
function pidfLo({ incident, where }: Packet): string {
  const point =
    where.wgs84 === null
      ? ''
      : `<gml:Point srsName="urn:ogc:def:crs:EPSG::4326"><gml:pos>${where.wgs84.lat} ${where.wgs84.lon}</gml:pos></gml:Point>`;
  const civic = `<ca:civicAddress xml:lang="zh-CN"><ca:country>CN</ca:country><ca:LOC>${xml(where.address ?? '')}</ca:LOC>${
    where.floor === null ? '' : `<ca:FLR>${where.floor}</ca:FLR>`
  }<ca:LMK>${xml(where.landmark ?? '')}</ca:LMK></ca:civicAddress>`;
  return `<?xml version="1.0" encoding="UTF-8"?><presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:gp="urn:ietf:params:xml:ns:pidf:geopriv10" xmlns:ca="urn:ietf:params:xml:ns:pidf:geopriv10:civicAddr" xmlns:gml="http://www.opengis.net/gml" entity="pres:${incident}@12349"><tuple id="place"><status><gp:geopriv><gp:location-info>${point}${civic}</gp:location-info><gp:usage-rules/></gp:geopriv></status></tuple></presence>`;
}
