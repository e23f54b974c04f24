// Runs the handler of the folder it is started in, as Lambda's Runtime API hands out events: what AWS's own client does, in
// as few lines as that takes. Errors of the function go to the API, errors of the API end the process.
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;
const post = (path, answer) => fetch(`${api}${path}`, { method: "POST", body: JSON.stringify(answer ?? null) });
const said = (error) => ({ errorType: error?.name ?? "Error", errorMessage: String(error?.message ?? error) });

const [file, name] = process.env._HANDLER.split(".");
let handler;
try {
  ({ [name]: handler } = await import(pathToFileURL(join(process.cwd(), `${file}.mjs`))));
} catch (error) {
  await post("/init/error", said(error));
  process.exit(1);
}

for (;;) {
  const next = await fetch(`${api}/invocation/next`);
  const id = next.headers.get("lambda-runtime-aws-request-id");
  const deadline = Number(next.headers.get("lambda-runtime-deadline-ms"));
  try {
    const context = { awsRequestId: id, getRemainingTimeInMillis: () => deadline - Date.now() };
    await post(`/invocation/${id}/response`, await handler(await next.json(), context));
  } catch (error) {
    await post(`/invocation/${id}/error`, said(error));
  }
}
