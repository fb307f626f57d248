/**
 * The packet as JSON modelled on NENA's Emergency Incident Data Object (NENA-STA-021.1a-2022): its components and names,
 * with `$id` and `{"$ref"}` as there. What EIDO has no place for (GCJ-02, the health card, how to get in) stands in
 * `x12349`. Published as JSON Schema at `/api/schemas/eido-12349-1.json`.
 */
import { z } from 'zod';
import { FIRST_ANSWERS, FIRST_QUESTIONS } from './incident.ts';

export const EIDO_SCHEMA_PATH = '/api/schemas/eido-12349-1.json';

const time = z.iso.datetime().meta({ description: 'RFC 3339, UTC' });
const ref = z.object({ $ref: z.string().meta({ description: 'The $id of a component of this document' }) });
const tel = z.string().regex(/^tel:[+\d-]+$/);
const prologue = {
  $id: z.string(),
  lastUpdateTimeStamp: time,
  updatedByAgencyReference: ref,
};
const point = z.object({ lat: z.number().min(-90).max(90), lon: z.number().min(-180).max(180) });
const person = z.object({ name: z.string(), role: z.string(), phone: z.string().nullable() });

export const eidoSchema = z
  .object({
    ...prologue,
    eidoVersion: z.literal('1.0'),
    eidoExtensionId: z.tuple([z.literal('urn:12349:eido:1')]),
    issuingElementIdentification: z.string(),
    incidentComponent: z.object({
      ...prologue,
      incidentTypeCommonRegistryText: z.enum(['Medical', 'Fire', 'Police', 'Other']),
      incidentTypeInternalText: z.string().meta({ description: 'What ails her, in Chinese' }),
      incidentStatusCommonRegistryText: z.array(z.enum(['New', 'Active', 'Dispatched', 'OnScene', 'Closed'])).length(1),
      internalIncidentId: z.string().meta({ description: 'The number by which both sides speak of it' }),
      incidentCommonPriorityNumber: z.number().int().min(1).max(4),
      locationReference: z.array(ref),
      personReference: z.array(ref),
      notesReference: z.array(ref),
    }),
    callComponent: z.array(
      z.object({
        ...prologue,
        standardPrimaryCallType: z.literal('emergency'),
        direction: z.literal('incoming'),
        callStartTimestamp: time,
        callStateRegistryText: z.string(),
        callBackReference: ref,
        locationReference: z.array(ref),
      }),
    ),
    callbackComponent: z.array(z.object({ ...prologue, callBackInformationUri: z.array(tel) })).min(1),
    agencyComponent: z
      .array(
        z.object({
          ...prologue,
          agencyRoleDescriptionRegistryText: z.array(z.string()),
          agencyType: z.array(z.string()),
          agencyName: z.string(),
        }),
      )
      .min(2),
    locationComponent: z.array(
      z.object({
        ...prologue,
        locationTypeDescriptionRegistryText: z.literal('Incident'),
        locationByValue: z.string().meta({ description: 'PIDF-LO (RFC 5139, RFC 5491), coordinates in WGS-84' }),
        locationDescriptionText: z.string(),
      }),
    ),
    personComponent: z.array(
      z.object({
        ...prologue,
        personIncidentRoleRegistryText: z.array(z.enum(['Patient', 'Contact', 'Responder'])).length(1),
        ncPersonComponent: z.object({
          PersonName: z.object({ PersonFullName: z.string() }),
          PersonSexText: z.enum(['female', 'male']).optional(),
          PersonAgeMeasure: z
            .object({ MeasureIntegerValue: z.number().int(), MeasureUnitText: z.literal('year') })
            .optional(),
          PersonContactInformation: z.object({ ContactTelephoneNumber: z.array(z.string()) }).optional(),
        }),
      }),
    ),
    notesComponent: z.array(z.object({ ...prologue, notesActionComments: z.string() })),
    x12349: z.object({
      handoff: z.string().nullable(),
      oneEvent: z.string(),
      test: z.boolean().meta({ description: 'A drill: send nobody' }),
      script: z.object({ first: z.string(), seconds: z.number(), rest: z.array(z.string()) }),
      answers: z.partialRecord(z.enum(FIRST_QUESTIONS), z.enum(FIRST_ANSWERS)),
      where: z.object({
        address: z.string().nullable(),
        region: z.string(),
        landmark: z.string().nullable(),
        floor: z.number().int().nullable(),
        lift: z.boolean().nullable(),
        entry: z.string().nullable(),
        keys: z.array(z.object({ name: z.string(), kind: z.string(), phone: z.string().nullable() })),
        wgs84: point.nullable(),
        gcj02: point.nullable(),
      }),
      healthCard: z
        .object({
          conditions: z.array(z.string()),
          medication: z.array(z.string()),
          allergies: z.array(z.string()),
          bloodType: z.string().nullable(),
          hospital: z.string().nullable(),
          hearing: z.string().nullable(),
          dialect: z.string().nullable(),
          mobility: z.string().nullable(),
          livesAlone: z.boolean(),
        })
        .nullable(),
      vitals: z.array(z.object({ at: z.string(), device: z.string(), name: z.string(), value: z.string() })),
      atScene: z.array(person),
      coming: z.array(person.extend({ etaAt: z.string().nullable() })),
      meets: person.nullable(),
    }),
  })
  .meta({ title: 'A case handed over by 12349 一键通, modelled on NENA EIDO' });
export type Eido = z.infer<typeof eidoSchema>;

/** The JSON Schema (2020-12) of `eidoSchema`, as partners fetch it; objects may gain members, so unknown ones are allowed. */
export function eidoJsonSchema(base: string): Record<string, unknown> {
  const schema = z.toJSONSchema(eidoSchema, { target: 'draft-2020-12', io: 'input' });
  return { ...schema, $id: `${base}${EIDO_SCHEMA_PATH}` };
}
