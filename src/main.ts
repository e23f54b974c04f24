#!/usr/bin/env node
import "./lib/threads.ts";
import { Command, InvalidArgumentError } from "commander";
import { packageVersion } from "./cli/version.ts";
import { asError, UsageError } from "./lib/failure.ts";

function seconds(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0 || value > 3600)
    throw new InvalidArgumentError("give seconds between 0 and 3600, such as 3.");
  return value;
}

const program = new Command("spotter")
  .description("Sees a person fall beside a machine, stops the machine, then tells the cloud.")
  .version(packageVersion, "-V, --version", "print the version")
  .showHelpAfterError("(spotter --help tells how)")
  // A mistake on the command line is a mistake of the caller, as one in the config is.
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  .configureHelp({ sortSubcommands: false })
  .addHelpText(
    "after",
    `
Examples:
  spotter run --config site.yaml            watch the cameras of a config until stopped
  spotter check-config site.yaml            find every mistake in a config before using it
  spotter replay fall.mp4                   what would have happened on this clip
  spotter doctor --config site.yaml         can this machine do the job?

Spotter sends a stop request into a machine's safety controller. It is not a certified safety function, never an emergency stop,
and a reset never restarts a machine.`,
  );

program
  .command("run")
  .description("watch the configured cameras and act on falls until stopped (Ctrl-C); SIGHUP reads the config again")
  .requiredOption("-c, --config <file>", "configuration (YAML); start from the shipped src/config/default.yaml")
  .action(async ({ config }) => (await import("./cli/run.ts")).run(config));

program
  .command("replay <video>")
  .description(
    "judge every frame of a clip on its own clock and print what changed; the same clip gives the same output",
  )
  .option("-c, --config <file>", "take zones, alarm and vision settings from this configuration")
  .option("--camera <name>", "the camera of that configuration whose zones apply (default: the first)")
  .option("--json", "one JSON object a line instead of text")
  .option(
    "--hold <seconds>",
    "show the last frame again for so long, for clips that end right after the landing",
    seconds,
    0,
  )
  .option("--slower <factor>", "play so many times slower, for clips that were sped up", Number, 1)
  .option("--observations", "print what was seen in every frame instead of alarm changes (JSON lines)")
  .option("--overlay <dir>", "write a PNG with people and zones for every change into this folder")
  .addHelpText(
    "after",
    `
A line of --json: {"at": seconds in the clip, "change": "suspected" | "confirmed" | "recovered" | "down" | "cleared",
"camera", "zone", "track", "score": 0 to 1, "why": {"text", and the numbers it is made of}}`,
  )
  .action(async (video, options) => (await import("./cli/replay.ts")).replayVideo(video, options));

program
  .command("check-config <file>")
  .description("check a configuration and print it with every default filled in, secrets redacted")
  .action(async (file) => (await import("./cli/check-config.ts")).checkConfig(file));

program
  .command("doctor")
  .description(
    "check this machine: Node, decoder, models and their speed, room for data, and with a config its cameras, outputs and broker",
  )
  .option("-c, --config <file>", "also try what this configuration names")
  .action(async ({ config }) => (await import("./cli/doctor.ts")).doctor(config));

program
  .command("models")
  .description("list the models of the catalogue with licence, figures and whether their files are intact")
  .option("--catalogue <file>", "another catalogue")
  .option("--json", "as JSON")
  .action(async (options) => (await import("./cli/models.ts")).models(options));

program
  .command("version")
  .description("print the version of Spotter and of what it stands on")
  .action(async () => (await import("./cli/version.ts")).printVersion());

try {
  await program.parseAsync();
} catch (thrown) {
  const error = asError(thrown);
  process.stderr.write(`${error instanceof UsageError ? error.message : (error.stack ?? error.message)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
