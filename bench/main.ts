import "../src/lib/threads.ts";
import { join } from "node:path";
import { Command, Option } from "commander";
import { asError, UsageError } from "../src/lib/failure.ts";
import { keptWithout } from "./material.ts";
import { footageDir, modelsDir, trainDir } from "./paths.ts";

const COST = "a missed fall in a hundred costs as much as so many false alarms per hour";
const STARTS = "places from which the search for thresholds begins";

const program = new Command("bench")
  .description("Measures Spotter on this machine. bench/README.md tells how these numbers can mislead.")
  .showHelpAfterError();

program
  .command("accuracy")
  .description("judge every clip of a footage folder by events: recall, precision, delay, false alarms per hour")
  .option("--footage <dir>", "folder with manifest.json and clips", footageDir)
  .option("--only <text>", "only clips whose path contains this text")
  .option("-c, --config <file>", "take alarm and vision settings from this configuration")
  .option("--json <file>", "also write everything as JSON")
  .option("--observations <dir>", "keep what was seen in every frame, for --kept and tune")
  .option("--kept <dir>", "judge what --observations kept, without looking again")
  .option(
    "--leave-one-out",
    "with --kept: judge every source by thresholds chosen on the other sources' use: train clips",
  )
  .option(
    "--kept-without <source=dir>",
    "for that source's thresholds and judgement: what models that never saw it saw; repeat per source",
    (pair: string, before?: Record<string, string>) => keptWithout(pair, before),
  )
  .option("--cost <n>", COST, Number, 1)
  .option("--starts <n>", STARTS, Number, 4)
  .option("--sheets <dir>", "write a contact sheet (PNG) of every miss and every false alarm")
  .action(async (options) => (await import("./accuracy.ts")).accuracy(options));

program
  .command("tune")
  .description("choose thresholds by what accuracy --observations saw in the use: train clips")
  .requiredOption("--observations <dir>", "folder that accuracy --observations wrote")
  .option("--footage <dir>", "folder with manifest.json", footageDir)
  .option("--leave-out <source>", "use nothing of this source, and judge it with what was chosen")
  .option("--cost <n>", COST, Number, 1)
  .option("--starts <n>", STARTS, Number, 4)
  .action(async (options) => (await import("./tune.ts")).tune(options));

program
  .command("rescore")
  .description(
    "the tracks that accuracy --observations kept, their postures told by another fall model; looks at no picture",
  )
  .requiredOption("--kept <dir>", "folder that accuracy --observations wrote")
  .requiredOption("--fall <file>", "ONNX file of the fall model")
  .requiredOption("--observations <dir>", "folder to keep the result in")
  .option("--footage <dir>", "folder with manifest.json", footageDir)
  .action(async (options) => (await import("./rescore.ts")).rescore(options));

program
  .command("eyes")
  .description(
    "boxes and joints of our models and the public ones on held-out pictures: upright and lying, turned, small, half hidden",
  )
  .requiredOption("--pictures <dir>", "folder of Leeds Sports, with images/")
  .requiredOption("--labels <file>", "labels of the held-out pictures, as python -m eyes.heldout writes them")
  .option(
    "--coco <dir>",
    "folder coco_joined, whose held-out pictures count for false boxes",
    join(trainDir, "coco_joined"),
  )
  .option("--models <dir>", "public models with manifest.json to compare with", modelsDir)
  .option("--catalogue <file>", "catalogue of our models; default: the shipped one")
  .option("--only <text>", "only models whose name contains this text")
  .option("--every <n>", "every nth picture", Number, 1)
  .option("--sample <n>", "upright and lying people in each trial by rotation, size and cover", Number, 60)
  .option("--step <degrees>", "between two rotations", Number, 30)
  .option("--json <file>", "also write everything as JSON")
  .action(async (options) => (await import("./eyes.ts")).eyes(options));

program
  .command("latency")
  .description(
    "time per stage, frame to decision against the bare model run, and picture to Modbus write over loopback RTSP",
  )
  .option("--json <file>", "also write everything as JSON")
  .option("--seconds <n>", "length of each measurement", Number, 60)
  .action(async (options) => (await import("./latency.ts")).latency(options));

program
  .command("throughput")
  .description("cameras at 10 frames/s per core, with every frame accounted for")
  .option("--json <file>", "also write everything as JSON")
  .option("--seconds <n>", "length of each step", Number, 15)
  .action(async (options) => (await import("./throughput.ts")).throughput(options));

program
  .command("soak")
  .description("the whole device at full rate for a while: slope of memory, memory per camera, start to armed")
  .option("--json <file>", "also write everything as JSON")
  .option("--minutes <n>", "how long", Number, 15)
  .action(async (options) => (await import("./soak.ts")).soak(options));

program
  .command("sizes")
  .description("bytes of each kind of event, beside JSON of the same content")
  .option("--json <file>", "also write everything as JSON")
  .action(async (options) => (await import("./sizes.ts")).printSizes(options));

program
  .command("functions")
  .description(
    "the cloud's functions as they are deployed: size, cold start, first and warm events, on a DynamoDB engine",
  )
  .option("--json <file>", "also write everything as JSON")
  .option("--colds <n>", "cold starts of each function", Number, 5)
  .option("--warms <n>", "warm events of each function", Number, 300)
  .action(async (options) => (await import("./functions.ts")).functions(options));

program
  .command("cost")
  .description(
    "USD per camera-month on AWS from measured bytes and calls, line by line; what is assumed can be changed",
  )
  .option("--json <file>", "also write everything as JSON")
  .option("--cameras <n>", "in this deployment", Number, 100)
  .option("--cameras-per-device <n>", "that share a device and its heartbeats", Number, 4)
  .option("--heartbeat-s <n>", "between two heartbeats of a device", Number, 30)
  .option("--falls <n>", "per camera and month", Number, 2)
  .option("--near-misses <n>", "per camera and month", Number, 10)
  .option("--suspicions <n>", "per camera and month", Number, 30)
  .option("--viewers <n>", "dashboards open at the same time", Number, 3)
  .action(async (options) => (await import("./cost.ts")).cost(options));

program
  .command("cloud")
  .description(
    "events/s into each store, publish to visible at steady load and after an outage, questions as incidents grow",
  )
  .option("--json <file>", "also write everything as JSON")
  .option("--seconds <n>", "length of each measurement", Number, 10)
  .option("--backlog <n>", "messages that wait after the outage", Number, 50_000)
  .option("--incidents <n>", "ask among up to so many: 10000, 100000 and 1000000", Number, 1_000_000)
  .option("--fill-seconds <n>", "longest time to fill the database with them", Number, 900)
  .addOption(new Option("--only <part>", "one part alone").choices(["stores", "latency", "queries"]))
  .action(async (options) => (await import("./cloud.ts")).cloud(options));

// Children are ended on exit, which a signal alone would skip.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

try {
  await program.parseAsync();
} catch (thrown) {
  const error = asError(thrown);
  process.stderr.write(`${error instanceof UsageError ? error.message : (error.stack ?? error.message)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
