/** A photo made small enough for a street's network: at most 1600 px, JPEG. */
const LONGEST = 1_600;
const QUALITY = 0.75;

/** The picture as base64 of a JPEG; null when it is none. */
export async function shrinkPhoto(file: File): Promise<{ type: 'image/jpeg'; data: string } | null> {
  const picture = await createImageBitmap(file).catch(() => null);
  if (picture === null) return null;
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const [, data = ''] = canvas.toDataURL('image/jpeg', QUALITY).split(',');
  return data === '' ? null : { type: 'image/jpeg', data };
}
