import fastifySwagger from '@fastify/swagger';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { problemSchema } from '#contracts/session.ts';
import { ERRORS } from '#kernel/errors.ts';
import { SESSION_COOKIE } from '../access.ts';
import type { Config } from '../config.ts';
import { isChanging, type Access, type App } from './routes.ts';

interface Operation {
  security?: unknown[];
  parameters?: unknown[];
  responses?: Record<string, unknown>;
  'x-access'?: unknown;
}

/**
 * `/api/openapi.json` (OpenAPI 3.1), made from the same zod schemas that check the requests. Every operation also tells
 * who may call it (`x-access`), its Idempotency-Key and the problem it may answer with.
 */
export async function installOpenApi(app: App, config: Config): Promise<void> {
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: '12349 一键通',
        version: '1',
        description:
          'Times are ISO 8601 UTC, ids UUID v7, lists {items, nextCursor} with limit ≤ 200, errors RFC 9457 problem details.',
      },
      servers: config.publicUrl ? [{ url: config.publicUrl }] : [],
      components: {
        securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: SESSION_COOKIE } },
      },
    },
    transform: jsonSchemaTransform,
    transformObject: (document) => describeOperations(documentOf(document), app) as never,
  });
  app.get('/api/openapi.json', { config: { access: 'public' }, schema: { hide: true } }, async () => app.swagger());
}

interface Document {
  paths?: Record<string, Record<string, Operation>>;
  components?: Record<string, unknown>;
}

/** The two libraries type the same document differently; of it only the paths are looked at here. */
function documentOf(given: object): Document {
  return 'openapiObject' in given ? (given.openapiObject as Document) : {};
}

function describeOperations(document: Document, app: App): Document {
  const access = new Map(
    app.routeRegistry.map((route) => [`${route.method} ${route.url.replace(/:(\w+)/g, '{$1}')}`, route.access]),
  );
  for (const [path, operations] of Object.entries(document.paths ?? {})) {
    for (const [method, operation] of Object.entries(operations)) {
      describeOperation(operation, method.toUpperCase(), access.get(`${method.toUpperCase()} ${path}`) ?? 'public');
    }
  }
  return {
    ...document,
    components: {
      ...document.components,
      schemas: { ...(document.components?.schemas as object | undefined), Problem: problemJsonSchema() },
      parameters: {
        IdempotencyKey: {
          name: 'Idempotency-Key',
          in: 'header',
          required: false,
          description:
            'Chosen by the caller for one change. Sent again with the same content, the call answers as it did before (24 h); with other content it is refused.',
          schema: { type: 'string', minLength: 1, maxLength: 200 },
        },
      },
      responses: {
        Problem: {
          description: 'What went wrong',
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
    },
  };
}

function describeOperation(operation: Operation, method: string, access: Access): void {
  operation['x-access'] = access;
  operation.responses = { ...operation.responses, default: { $ref: '#/components/responses/Problem' } };
  if (access === 'public') return;
  operation.security = [{ session: [] }];
  if (isChanging(method))
    operation.parameters = [...(operation.parameters ?? []), { $ref: '#/components/parameters/IdempotencyKey' }];
}

function problemJsonSchema(): unknown {
  const { $schema: _, ...schema } = z.toJSONSchema(problemSchema) as {
    $schema?: string;
    properties?: Record<string, object>;
  };
  return { ...schema, properties: { ...schema.properties, code: { type: 'string', enum: Object.keys(ERRORS) } } };
}
