import { readFileSync } from "node:fs";
import { z } from "zod";
import { asError, UsageError } from "../src/lib/failure.ts";
import { isHeldOut } from "./held-out.ts";

const box = z.tuple([z.number(), z.number(), z.number(), z.number()]);
const personSchema = z.object({
  box: box.describe("x1 y1 x2 y2, pixels of the picture"),
  joints: z
    .array(z.tuple([z.number(), z.number(), z.number()]))
    .length(17)
    .describe("COCO order; third value 1: place known"),
  head: z.tuple([z.number(), z.number()]).nullable().describe("top of the head"),
});
const pictureSchema = z.object({
  key: z.string(),
  source: z.enum(["lsp", "coco"]),
  file: z.string(),
  width: z.number().positive(),
  height: z.number().positive(),
  people: z.array(personSchema),
  ignore: z.array(box).describe("regions about which nothing is known"),
});

export type BoxCorners = z.output<typeof box>;
export type LabelledPerson = z.output<typeof personSchema>;
export type LabelledPicture = z.output<typeof pictureSchema>;

/**
 * Labels as `python -m eyes.heldout` writes them. Throws UsageError when the file is not of that form, or holds a picture that the
 * models may have learned from.
 */
export function readLabels(path: string): LabelledPicture[] {
  let raw: unknown;
  try {
    raw = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new UsageError(
      `--labels ${path}: cannot be read (${asError(cause).message}); write it with python -m eyes.heldout`,
    );
  }
  const parsed = z.object({ pictures: z.array(pictureSchema).min(1) }).safeParse(raw);
  if (!parsed.success) throw new UsageError(`--labels ${path}: ${z.prettifyError(parsed.error)}`);
  const { pictures } = parsed.data;
  const learned = pictures.find(({ source, key }) => !isHeldOut(source, key));
  if (learned)
    throw new UsageError(
      `--labels ${path}: ${learned.key} is not held out from training; judge on held-out pictures only`,
    );
  return pictures;
}
