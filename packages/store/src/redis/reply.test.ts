import { PlatformError } from "@sluice/core";
import { reply, toPlatformError } from "./reply.ts";

/** As ioredis throws what the server answers. */
function answered(message: string): Error {
  return Object.assign(new Error(message), { name: "ReplyError" });
}

describe("errors of Redis", () => {
  test.each([
    [answered("OOM command not allowed when used memory > 'maxmemory'."), "Service.StorageFull"],
    [answered("MISCONF Errors writing to the AOF file: No space left on device"), "Service.StorageFull"],
    [answered("ERR Error running script: @user_script:1: -OOM command not allowed"), "Service.StorageFull"],
    [answered("LOADING Redis is loading the dataset in memory"), "Service.Unavailable"],
    [answered("READONLY You can't write against a read only replica."), "Service.Unavailable"],
    [answered("WRONGPASS invalid username-password pair"), "Service.Unavailable"],
    [new Error("Command timed out"), "Service.Unavailable"],
    [new Error("Connection is closed."), "Service.Unavailable"],
    [Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" }), "Service.Unavailable"],
    [answered("WRONGTYPE Operation against a key holding the wrong kind of value"), "Internal.Error"],
    [answered("ERR the OOMPH setting"), "Internal.Error"],
    [new TypeError("x is not a function"), "Internal.Error"],
    ["text", "Internal.Error"],
  ])("%s", (error, code) => {
    expect(toPlatformError(error)).toMatchObject({ code, cause: error });
  });

  test("what is a PlatformError already stays as it is", async () => {
    const error = new PlatformError("Trigger.NameTaken");
    expect(toPlatformError(error)).toBe(error);
    await expect(reply(Promise.reject(error))).rejects.toBe(error);
  });
});
