/**
 * Watches one direction of an MQTT connection and says when a packet announces more than `limit` bytes (remaining
 * length, MQTT 3.1.1, 2.2.3; up to 256 MiB are possible), before anybody collects them. Returns true for "too large".
 */
export function createPacketSizeGuard(limit: number): (chunk: Uint8Array) => boolean {
  let skip = 0;
  let inLength = false;
  let length = 0;
  let factor = 1;
  return (chunk) => {
    let at = 0;
    while (at < chunk.length) {
      if (skip > 0) {
        const step = Math.min(skip, chunk.length - at);
        skip -= step;
        at += step;
      } else if (!inLength) {
        inLength = true;
        length = 0;
        factor = 1;
        at++;
      } else {
        const byte = chunk[at++]!;
        length += (byte & 0x7f) * factor;
        factor *= 128;
        if (length > limit) return true;
        // A fifth length byte is malformed; the parser says so.
        if ((byte & 0x80) === 0 || factor > 128 ** 4) {
          inLength = false;
          skip = length;
        }
      }
    }
    return false;
  };
}
