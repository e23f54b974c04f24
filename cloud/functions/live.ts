import type { APIGatewayProxyResult, APIGatewayProxyWebsocketEventV2 } from "aws-lambda";
import { Cookies, SESSION } from "../api/cookies.ts";
import { openSession } from "../core/sessions.ts";
import { connect, disconnect } from "../stores/gateway-push.ts";
import { settingsOf, tablePorts } from "./ports.ts";

const { SPOTTER_TABLE, SPOTTER_URL } = settingsOf("live");
const ports = tablePorts(SPOTTER_TABLE);
const cookies = new Cookies(true);
const origin = new URL(SPOTTER_URL).origin;

/** What `$connect` has beyond what the other routes have. */
type Event = APIGatewayProxyWebsocketEventV2 & {
  readonly headers?: Readonly<Record<string, string>>;
  readonly queryStringParameters?: Readonly<Record<string, string>>;
};

/** Lets a dashboard's connection in by its session, and forgets it when it ends. What it has missed the stream's function tells it. */
export async function handler(event: Event): Promise<APIGatewayProxyResult> {
  const { routeKey, connectionId } = event.requestContext;
  if (routeKey === "$disconnect") await disconnect(ports, connectionId);
  if (routeKey !== "$connect") return answer(200);
  const headers = Object.fromEntries(
    Object.entries(event.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
  // A page of another site could open a socket with the browser's cookies (RFC 6455 section 10.2).
  if (headers.origin !== origin) return answer(403);
  const token = cookies.read({ headers }, SESSION);
  const who = token === undefined ? undefined : await openSession(ports, token);
  if (!who || who.mustChangePassword) return answer(401);
  const { tenant, user, epoch } = who;
  await connect(ports, { id: connectionId, tenant, user, epoch, after: event.queryStringParameters?.after });
  return answer(200);
}

const answer = (statusCode: number): APIGatewayProxyResult => ({ statusCode, body: "" });
