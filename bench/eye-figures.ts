import { ROW_KEYPOINTS } from "../src/vision/person.ts";
import type { Sighting } from "./contestants.ts";
import type { BoxCorners, LabelledPerson } from "./labels.ts";
import { ATTITUDES, type Attitude, area, attitudeOf, handJoints, intersection, iou, torsoLength } from "./pose.ts";

/** What a model made of one labelled person. */
export interface Find {
  attitude: Attitude;
  /** Score of the best box on the person; 0 when there was none. */
  score: number;
  /** Whether each hand-labelled joint of that box is within 0.2 torso lengths (PCK, Yang and Ramanan 2013). */
  joints: boolean[];
  /** Whether the model's lying cue agrees with the torso. */
  lyingRight: boolean;
}

/** A box on a person shares at least this much of the union with the label. */
const FOUND = 0.5;

/** Looks for `person` among what was seen. `visible`: also a box that fits the part in sight finds the person. Undefined when the torso is not labelled. */
export function findOf(person: LabelledPerson, seen: readonly Sighting[], visible?: BoxCorners): Find | undefined {
  const attitude = attitudeOf(person);
  if (attitude === undefined) return undefined;
  const fits = (box: BoxCorners) => iou(box, person.box) >= FOUND || (visible && iou(box, visible) >= FOUND);
  const match = seen.filter(({ box }) => fits(box)).reduce<Sighting | undefined>(better, undefined);
  if (!match) return { attitude, score: 0, joints: [], lyingRight: false };
  const reach = 0.2 * torsoLength(person);
  const joints = handJoints(person).map((joint) => {
    const [x, y] = person.joints[joint]!;
    const at = ROW_KEYPOINTS + joint * 3;
    return Math.hypot(match.row[at]! - x, match.row[at + 1]! - y) < reach;
  });
  return { attitude, score: match.score, joints, lyingRight: match.row[1]! > 0.5 === (attitude !== "upright") };
}

function better(a: Sighting | undefined, b: Sighting): Sighting {
  return a && a.score >= b.score ? a : b;
}

/** Scores of the boxes that lie on nothing labelled and on nothing that is to be ignored. */
export function falseScores(seen: readonly Sighting[], known: readonly BoxCorners[]): number[] {
  const isFalse = (box: BoxCorners) =>
    known.every((other) => iou(box, other) < 0.4 && intersection(box, other) < 0.5 * Math.max(1e-3, area(box)));
  return seen.filter(({ box }) => isFalse(box)).map(({ score }) => score);
}

/** The score above which there is one false box per ten pictures; 0 when there never are so many. */
export function thresholdOf(falses: readonly number[], pictures: number): number {
  return [...falses].sort((a, b) => b - a)[Math.floor(pictures / 10)] ?? 0;
}

export interface Figures {
  people: number;
  /** Share of people found above the threshold. */
  recall: number;
  /** Share of joints right, of people found. */
  pck: number;
  /** Share of people found whose lying cue is right. */
  lyingRight: number;
}

export function figuresOf(finds: readonly Find[], threshold: number): Figures {
  const found = finds.filter(({ score }) => score > threshold);
  const joints = found.flatMap((find) => find.joints);
  return {
    people: finds.length,
    recall: found.length / finds.length,
    pck: joints.filter(Boolean).length / joints.length,
    lyingRight: found.filter((find) => find.lyingRight).length / found.length,
  };
}

/** The same per attitude, and of all who do not stand upright as `lying`. */
export function figuresByAttitude(finds: readonly Find[], threshold: number): Record<Attitude | "lying", Figures> {
  const of = (pick: (attitude: Attitude) => boolean) =>
    figuresOf(
      finds.filter(({ attitude }) => pick(attitude)),
      threshold,
    );
  const [upright, horizontal, inverted] = ATTITUDES.map((one) => of((attitude) => attitude === one)) as [
    Figures,
    Figures,
    Figures,
  ];
  return { upright, horizontal, inverted, lying: of((attitude) => attitude !== "upright") };
}
