import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { Stage } from "aws-cdk-lib";
import type { Distribution } from "aws-cdk-lib/aws-cloudfront";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import { BucketDeployment, CacheControl, Source } from "aws-cdk-lib/aws-s3-deployment";
import { Construct } from "constructs";

interface DashboardProps {
  /** Where it was built. */
  readonly dir: string;
  /** Hosts that pictures and clips come from. */
  readonly media: readonly string[];
  readonly files: IBucket;
  readonly distribution: Distribution;
}

/** Brings the built dashboard into its bucket. CloudFront compresses it itself, so the packed files stay here. */
export class Dashboard extends Construct {
  constructor(scope: Construct, { dir, media, files, distribution }: DashboardProps) {
    super(scope, "dashboard");
    if (!existsSync(join(dir, "index.html")))
      throw new Error(`${dir}: holds no index.html; build the dashboard there, then synthesise again`);
    const staged = (part: string, wanted: (file: string) => boolean) => {
      const folder = join(Stage.of(this)?.outdir ?? "cdk.out", "bundles", part);
      cpSync(dir, folder, { recursive: true, filter: (file) => !file.endsWith(".br") && wanted(relative(dir, file)) });
      return folder;
    };
    const isAsset = (file: string) => file.startsWith("assets");
    // Names of assets hold a hash of their content: they are kept for ever, and stay for pages that are open.
    const assets = new BucketDeployment(this, "assets", {
      sources: [Source.asset(staged("dashboard-assets", (file) => file === "" || isAsset(file)))],
      destinationBucket: files,
      prune: false,
      cacheControl: [CacheControl.fromString("public, max-age=31536000, immutable")],
    });
    const folder = staged("dashboard-pages", (file) => !isAsset(file));
    const page = join(folder, "index.html");
    writeFileSync(page, withMedia(readFileSync(page, "utf8"), media));
    const pages = new BucketDeployment(this, "pages", {
      sources: [Source.asset(folder)],
      destinationBucket: files,
      prune: false,
      cacheControl: [CacheControl.noCache()],
      distribution,
      distributionPaths: ["/index.html", "/icon.svg"],
    });
    // A page may come only once what it loads is there.
    pages.node.addDependency(assets);
  }
}

/** The page's own policy knows only its host; pictures and clips come from S3. */
function withMedia(html: string, media: readonly string[]): string {
  return html.replaceAll(/\b(img-src|media-src) 'self'/g, ["$&", ...media.map((host) => `https://${host}`)].join(" "));
}
