import multipart from '@fastify/multipart';
import { z } from 'zod';
import { Problem } from '#kernel/errors.ts';
import { PHOTO_BYTES } from '#contracts/vendors.ts';
import type { App } from '#platform/http.ts';
import { loadQueries } from '#platform/sql.ts';
import { isEnded } from './domain/states.ts';
import { shopOf } from './people.ts';
import { ownShopOf, READERS, type VendorRoutesDeps } from './access.ts';
import { getOrders } from './store.ts';
import { eyesOf } from './views.ts';

const q = loadQueries(import.meta.url, 'vendors', ['add_photo', 'get_photo', 'count_photos']);

const MOST_PHOTOS = 12;
/** First bytes of what browsers show as a picture; what the sender calls it proves nothing. */
const KINDS: readonly { mime: string; test: (bytes: Buffer) => boolean }[] = [
  { mime: 'image/jpeg', test: (bytes) => bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff])) },
  { mime: 'image/png', test: (bytes) => bytes.subarray(0, 8).equals(Buffer.from('89504e470d0a1a0a', 'hex')) },
  {
    mime: 'image/webp',
    test: (bytes) => bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP',
  },
];

const tooLarge = (): Problem =>
  new Problem('payload_too_large', {
    detail: '照片太大,最多 5 MB,请拍小一点再传 | The photo is too large: at most 5 MB',
  });

/** `POST /api/work-orders/:id/photos` (one picture as multipart/form-data) and the picture itself. */
export function registerPhotoRoutes(app: App, deps: VendorRoutesDeps): void {
  const { db, clock } = deps;
  // In a scope of its own: nowhere else does the server take forms.
  void app.register(async (scope: App) => {
    await scope.register(multipart, { limits: { fileSize: PHOTO_BYTES + 1, files: 1, fields: 4, parts: 5 } });
    scope.post(
      '/api/work-orders/:id/photos',
      {
        config: { access: ['vendor'], bodyless: true },
        schema: { params: z.object({ id: z.uuid() }), response: { 201: z.object({ id: z.string(), at: z.string() }) } },
      },
      async (request, reply) => {
        // Said before it is read, where the sender says how much is coming.
        if (Number(request.headers['content-length'] ?? 0) > PHOTO_BYTES + 64 * 1024) throw tooLarge();
        const shop = await shopOf(db, request.viewer.staffId);
        const [stored] = await getOrders(db, [request.params.id]);
        if (!stored || eyesOf(request.viewer, stored.order, shop.id) !== 'holder') throw new Problem('not_found');
        if (isEnded(stored.order.state))
          throw new Problem('not_allowed_in_state', { detail: '这一单已经结了 | This order has ended' });
        const bytes = await readPhoto(request);
        const kind = KINDS.find((one) => one.test(bytes));
        if (!kind)
          throw new Problem('unsupported_media_type', {
            detail: '只收 JPEG、PNG、WebP 照片 | JPEG, PNG or WebP pictures only',
          });
        const [{ count }] = (await db.query<{ count: number }>(q.count_photos, [stored.order.id])) as [
          { count: number },
        ];
        if (count >= MOST_PHOTOS)
          throw new Problem('not_allowed_in_state', { detail: '照片已经够多了 | There are enough photos' });
        const now = clock.now();
        const { name } = request.viewer;
        await db.query(q.add_photo, [request.intentId, stored.order.id, new Date(now), name, kind.mime, bytes]);
        return reply.code(201).send({ id: request.intentId, at: new Date(now).toISOString() });
      },
    );
  });

  app.get(
    '/api/work-orders/:id/photos/:photo',
    {
      config: { access: READERS },
      schema: { params: z.object({ id: z.uuid(), photo: z.uuid() }) },
    },
    async (request, reply) => {
      const [stored] = await getOrders(db, [request.params.id]);
      const eyes = stored ? eyesOf(request.viewer, stored.order, await ownShopOf(deps, request.viewer)) : null;
      if (!stored || eyes === null || eyes === 'asked') throw new Problem('not_found');
      const [photo] = await db.query<{ mime: string; bytes: Buffer }>(q.get_photo, [
        request.params.photo,
        stored.order.id,
      ]);
      if (!photo) throw new Problem('not_found');
      return reply
        .header('content-type', photo.mime)
        .header('cache-control', 'private, max-age=3600')
        .serializer((payload: unknown) => payload as string)
        .send(photo.bytes);
    },
  );
}

async function readPhoto(request: { file(): Promise<{ toBuffer(): Promise<Buffer> } | undefined> }): Promise<Buffer> {
  try {
    const file = await request.file();
    if (!file) throw new Problem('invalid_fields', { fields: [{ field: 'photo', expected: '一张照片 | a picture' }] });
    const bytes = await file.toBuffer();
    if (bytes.length > PHOTO_BYTES) throw tooLarge();
    return bytes;
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'FST_REQ_FILE_TOO_LARGE') throw tooLarge();
    if (code === 'FST_INVALID_MULTIPART_CONTENT_TYPE')
      throw new Problem('unsupported_media_type', {
        detail: '请用表单传照片 | Send the picture as multipart/form-data',
      });
    throw error;
  }
}
