import { MemoryPush } from "../../cloud/stores/memory-push.ts";
import { describeLivePush } from "../contracts/live-push.ts";

describeLivePush("one process", async () => ({
  push: new MemoryPush(),
  restart: async () => new MemoryPush(),
  close: async () => {},
}));
