import { PlatformError } from "@sluice/core";
import { ReplyError } from "ioredis";
import { isLeaseLost, toPlatformError } from "./redis-fault.ts";

test.each([
  ["OOM command not allowed when used memory > 'maxmemory'.", "Service.StorageFull"],
  ["MISCONF Errors writing to the AOF file: No space left on device", "Service.StorageFull"],
  ["LOADING Redis is loading the dataset in memory", "Service.Unavailable"],
  ["READONLY You can't write against a read only replica.", "Service.Unavailable"],
  ["NOREPLICAS Not enough good replicas to write.", "Service.Unavailable"],
  ["NOAUTH Authentication required.", "Service.Unavailable"],
  ["ERR unknown command", "Internal.Error"],
])("the reply '%s' means %s", (message, code) => {
  expect(toPlatformError(new ReplyError(message)).code).toBe(code);
});

test("a lost connection means unavailable, and a defect is one", () => {
  expect(toPlatformError(new Error("Connection is closed.")).code).toBe("Service.Unavailable");
  expect(toPlatformError(Object.assign(new Error("x"), { syscall: "connect" })).code).toBe("Service.Unavailable");
  expect(toPlatformError(new TypeError("x is not a function")).code).toBe("Internal.Error");
  expect(toPlatformError("text").code).toBe("Internal.Error");
});

test("platform errors pass, and the cause is kept", () => {
  const error = new PlatformError("Service.Draining");
  expect(toPlatformError(error)).toBe(error);
  const cause = new Error("Connection is closed.");
  expect(toPlatformError(cause).cause).toBe(cause);
});

test("only BullMQ's codes for a lock or job that is gone are lost leases", () => {
  expect(isLeaseLost(Object.assign(new Error("Missing lock for job 1. moveToFinished"), { code: -2 }))).toBe(true);
  expect(isLeaseLost(new Error("could not renew lock for job 1"))).toBe(true);
  expect(isLeaseLost(Object.assign(new Error("x"), { code: "ECONNREFUSED" }))).toBe(false);
});
