import { existsSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { UsageError } from "../src/lib/failure.ts";
import { bareRuns } from "./bare.ts";
import { type Contestant, openContestants } from "./contestants.ts";
import {
  type Figures,
  type Find,
  falseScores,
  figuresByAttitude,
  figuresOf,
  findOf,
  thresholdOf,
} from "./eye-figures.ts";
import { median } from "./judge.ts";
import { type BoxCorners, type LabelledPicture, readLabels } from "./labels.ts";
import { attitudeOf } from "./pose.ts";
import { coveredView, openView, smallerView, turnedView, type View, visibleBox } from "./view.ts";

export interface EyesOptions {
  /** Folder of Leeds Sports, with `images`. */
  pictures: string;
  /** Folder of coco_joined, with `images`; its held-out pictures count for false boxes. */
  coco: string;
  labels: string;
  models: string;
  catalogue?: string;
  only?: string;
  /** Every nth picture. */
  every: number;
  /** People in each of the trials by rotation, size and cover. */
  sample: number;
  /** Degrees between two rotations. */
  step: number;
  json?: string;
}

interface Standing {
  contestant: Contestant;
  /** By key of the picture. */
  finds: Map<string, Find>;
  falses: number[];
  ms: number[];
  threshold: number;
}

/** A change of the picture (none: as it was looked at before), and the part of the first person that stays in sight if not all. */
interface Trial {
  name: string;
  view?: (view: View) => Promise<View>;
  visible?: (box: BoxCorners) => BoxCorners;
}

const SCALES = [0.5, 0.33, 0.25];
const COVERS = [0.25, 0.5];

/** `bench eyes`: boxes and joints of every model on pictures that ours did not learn from, upright and lying, turned, small and half hidden. */
export async function eyes(options: EyesOptions): Promise<void> {
  const { every, sample, step, json } = options;
  const labelled = readLabels(options.labels).filter((_, i) => i % every === 0);
  const pictures = labelled.flatMap((picture) => {
    const path = join(picture.source === "lsp" ? options.pictures : options.coco, picture.file);
    return existsSync(path) ? [{ picture, path }] : [];
  });
  if (!pictures.some(({ picture }) => picture.source === "lsp"))
    throw new UsageError(
      `--pictures ${options.pictures}: holds none of the labelled pictures; give the folder above images/`,
    );
  const contestants = await openContestants(options.catalogue, options.models, options.only);
  if (contestants.length === 0) throw new UsageError(`--only ${options.only}: no model has this in its name`);

  const standings: Standing[] = contestants.map((contestant) => ({
    contestant,
    finds: new Map(),
    falses: [],
    ms: [],
    threshold: 0,
  }));
  for (const [i, { picture, path }] of pictures.entries()) {
    progress("as they are", i, pictures.length);
    const view = await openView(path, picture);
    for (const standing of standings) await lookAt(standing, view, picture);
  }
  for (const standing of standings) standing.threshold = thresholdOf(standing.falses, pictures.length);

  const people = pictures.filter(({ picture }) => picture.source === "lsp" && attitudeOf(picture.people[0]!));
  const upright = spread(
    people.filter(({ picture }) => attitudeOf(picture.people[0]!) === "upright"),
    sample,
  );
  const lying = spread(
    people.filter(({ picture }) => attitudeOf(picture.people[0]!) !== "upright"),
    sample,
  );
  const rotations = await runTrials(
    standings,
    upright,
    Array.from({ length: Math.ceil(360 / step) }, (_, i) => ({
      name: `${i * step}`,
      view: (view: View) => turnedView(view, i * step),
    })),
  );
  const sizes = await runTrials(
    standings,
    [...upright, ...lying],
    [{ name: "1" }, ...SCALES.map((scale): Trial => ({ name: `${scale}`, view: (view) => smallerView(view, scale) }))],
  );
  const covers = await runTrials(
    standings,
    [...upright, ...lying],
    [
      { name: "0 %" },
      ...COVERS.map(
        (share): Trial => ({
          name: `${share * 100} %`,
          view: (view) => coveredView(view, share),
          visible: (box) => visibleBox(box, share),
        }),
      ),
    ],
  );
  const times = await bareTimes(contestants);
  process.stderr.write(`\r${" ".repeat(60)}\r`);

  const models = standings.map((standing) => ({
    model: standing.contestant.name,
    threshold: standing.threshold,
    ...figuresByAttitude([...standing.finds.values()], standing.threshold),
    all: figuresOf([...standing.finds.values()], standing.threshold),
    lookMs: median(standing.ms),
    detectorMs: times.get(standing.contestant.files[0]!)!,
  }));
  const yolox = models.find(({ model }) => model.startsWith("yolox"))?.detectorMs ?? Number.NaN;
  const rated = models.map((model) => ({ ...model, ofYoloxNano: model.detectorMs / yolox }));

  print(
    `${people.length} people in Leeds Sports and ${pictures.length - pictures.filter(({ picture }) => picture.source === "lsp").length} COCO pictures, held out from training; ` +
      "threshold: one false box per ten pictures. Bystanders were labelled with PicoDet's help, which favours it.\n",
  );
  print(
    "model                   threshold  recall % upright (n)  horizontal (n)  inverted (n)   PCK@0.2 %  upr  hor  inv   lying right %   look ms  detector ms  of YOLOX-nano",
  );
  for (const {
    model,
    threshold,
    upright: u,
    horizontal: h,
    inverted: v,
    all,
    lookMs,
    detectorMs,
    ofYoloxNano,
  } of rated)
    print(
      `${model.padEnd(24)} ${threshold.toFixed(2).padStart(8)} ${withCount(u).padStart(21)} ${withCount(h).padStart(15)} ${withCount(v).padStart(13)} ` +
        `${"".padStart(12)} ${[u, h, v].map(({ pck }) => percent(pck).padStart(4)).join(" ")} ${percent(all.lyingRight).padStart(14)} ${lookMs.toFixed(1).padStart(10)} ${detectorMs.toFixed(1).padStart(12)} ${ofYoloxNano.toFixed(2).padStart(12)}`,
    );
  table(`by rotation, ${upright.length} people who stand upright in their picture: recall % / PCK %`, rotations, false);
  table(
    `by size, ${upright.length} upright and ${lying.length} lying people, picture so many times as large: recall % upright / lying`,
    sizes,
    true,
  );
  table(`by cover, lower part of the same people hidden: recall % upright / lying`, covers, true);
  if (json) {
    const about = {
      pictures: pictures.length,
      people: people.length,
      sample: { upright: upright.length, lying: lying.length },
    };
    writeFileSync(json, `${JSON.stringify({ ...about, models: rated, rotations, sizes, covers }, null, 1)}\n`);
  }
}

async function lookAt(standing: Standing, view: View, { source, key }: LabelledPicture): Promise<void> {
  const { seen, ms } = await standing.contestant.look(view);
  standing.ms.push(ms);
  standing.falses.push(...falseScores(seen, [...view.people.map(({ box }) => box), ...view.ignore]));
  if (source !== "lsp") return;
  const find = findOf(view.people[0]!, seen);
  if (find) standing.finds.set(key, find);
}

interface TrialFigures {
  model: string;
  trial: string;
  upright: Figures;
  lying: Figures;
  all: Figures;
}

async function runTrials(
  standings: readonly Standing[],
  pictures: readonly { picture: LabelledPicture; path: string }[],
  trials: readonly Trial[],
): Promise<TrialFigures[]> {
  const out: TrialFigures[] = [];
  for (const { name, view: change, visible } of trials) {
    const finds = standings.map((): Find[] => []);
    for (const [i, { picture, path }] of pictures.entries()) {
      if (!change) {
        for (const [k, standing] of standings.entries()) finds[k]!.push(standing.finds.get(picture.key)!);
        continue;
      }
      progress(name, i, pictures.length);
      const plain = await openView(path, picture);
      // Groups are by how people lay before the change: a turn must not move them to another.
      const attitude = attitudeOf(plain.people[0]!)!;
      const view = await change(plain);
      const person = view.people[0]!;
      for (const [k, { contestant }] of standings.entries()) {
        const find = findOf(person, (await contestant.look(view)).seen, visible?.(person.box));
        if (find) finds[k]!.push({ ...find, attitude });
      }
    }
    for (const [k, { contestant, threshold }] of standings.entries()) {
      const { upright, lying } = figuresByAttitude(finds[k]!, threshold);
      out.push({ model: contestant.name, trial: name, upright, lying, all: figuresOf(finds[k]!, threshold) });
    }
  }
  return out;
}

/** Median ms of each model's detector alone, the models taking turns so that a busy machine hurts all alike. */
async function bareTimes(contestants: readonly Contestant[]): Promise<Map<string, number>> {
  const files = [...new Set(contestants.map(({ files: [first] }) => first!))];
  const spent = new Map<string, number[]>(files.map((file) => [file, []]));
  for (let round = 0; round < 6; round += 1)
    for (const [i, file] of files.entries()) {
      progress(`time ${basename(file)}`, i, files.length);
      spent.get(file)!.push(...(await bareRuns(file, 12, 0)));
    }
  return new Map([...spent].map(([file, ms]) => [file, median(ms)]));
}

/** At most `most` of a list, evenly over it. */
function spread<T>(list: readonly T[], most: number): T[] {
  if (list.length <= most) return [...list];
  return Array.from({ length: most }, (_, i) => list[Math.floor((i * list.length) / most)]!);
}

function progress(what: string, index: number, count: number): void {
  process.stderr.write(`\r${`${what} ${index + 1}/${count}`.padEnd(60)}`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

const percent = (share: number): string => (Number.isNaN(share) ? "-" : `${Math.round(share * 100)}`);
const withCount = ({ recall, people }: Figures): string => `${percent(recall)} (${people})`;

function table(title: string, figures: readonly TrialFigures[], isByAttitude: boolean): void {
  const trials = [...new Set(figures.map(({ trial }) => trial))];
  print(`\n${title}`);
  print(`${"model".padEnd(24)}${trials.map((trial) => trial.padStart(8)).join("")}`);
  for (const model of new Set(figures.map((one) => one.model))) {
    const cells = trials.map((trial) => {
      const { upright, lying, all } = figures.find((one) => one.model === model && one.trial === trial)!;
      const pair = isByAttitude ? [upright.recall, lying.recall] : [all.recall, all.pck];
      return pair.map(percent).join("/").padStart(8);
    });
    print(`${model.padEnd(24)}${cells.join("")}`);
  }
}
