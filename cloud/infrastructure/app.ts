#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { App, Validations } from "aws-cdk-lib";
import { CURRENT_VERSION_EXPIRED_FLAGS, FLAGS } from "aws-cdk-lib/cx-api";
import { AwsSolutionsChecks, ServerlessChecks } from "cdk-nag";
import { buildDashboard, dist } from "../dashboard/build.ts";
import { EdgeStack } from "./edge-stack.ts";
import { edgeFindings, explain, homeFindings } from "./findings.ts";
import { HomeStack } from "./home-stack.ts";
import { type Parameters, readParameters } from "./parameters.ts";

/** Behaviour of the CDK that its authors recommend for new apps. */
const RECOMMENDED = Object.fromEntries(
  Object.entries(FLAGS).flatMap(([name, { recommendedValue }]) =>
    recommendedValue === undefined || CURRENT_VERSION_EXPIRED_FLAGS.includes(name) ? [] : [[name, recommendedValue]],
  ),
);

const CHOSEN = {
  "@aws-cdk/core:validateAgainstDefaultRules": true,
  // Functions at the edge write their logs elsewhere, and the others have a group of their own.
  "@aws-cdk/aws-lambda:useCdkManagedLogGroup": false,
};

interface Folders {
  /** The built dashboard. */
  readonly dashboard: string;
  /** Where templates and bundles go; absent: where the CDK's command line says, else `cdk.out`. */
  readonly outdir?: string;
}

/** Both stacks with the checks that synthesis makes; nothing is asked of any account. */
export function stacks(parameters: Parameters, { dashboard, outdir }: Folders) {
  const app = new App({
    ...(outdir === undefined ? {} : { outdir }),
    analyticsReporting: false,
    postCliContext: { ...RECOMMENDED, ...CHOSEN },
  });
  const { name, account, region } = parameters;
  const home = new HomeStack(app, `${name}-home`, parameters, {
    env: { account, region },
    terminationProtection: true,
    description: "Spotter: data, functions and API of a home region",
  });
  const edge = new EdgeStack(app, `${name}-edge`, parameters, {
    env: { account, region: "us-east-1" },
    dashboard,
    terminationProtection: true,
    description: "Spotter: CDN, functions at the edge, dashboard",
  });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  return { app, home, edge };
}

/** The same, with what the checks are known to find explained: anything more fails the synthesis. */
export function infrastructure(parameters: Parameters, folders: Folders): App {
  const { app, home, edge } = stacks(parameters, folders);
  explain(home, homeFindings(parameters));
  explain(edge, edgeFindings(parameters));
  return app;
}

if (import.meta.main) {
  const file = process.env.SPOTTER_PARAMETERS;
  try {
    if (!file) throw new Error("SPOTTER_PARAMETERS: is not set; name a file such as cloud/infrastructure/example.json");
    const parameters = readParameters(JSON.parse(readFileSync(file, "utf8")));
    await buildDashboard();
    infrastructure(parameters, { dashboard: dist }).synth();
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}
