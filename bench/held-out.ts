import { crc32 } from "node:zlib";

/** Share of the pictures of each source that no model of ours learns from. */
const SHARES = { lsp: 0.05, coco: 0.1 } as const;
export type PictureSource = keyof typeof SHARES;

/** The recipe's own rule (models/training/eyes/prepare.py, held_out): CRC-32 of the picture's key, in thousandths. */
export function heldOut(key: string, share: number): boolean {
  return crc32(key) % 1000 < share * 1000;
}

export function isHeldOut(source: PictureSource, key: string): boolean {
  return heldOut(key, SHARES[source]);
}
