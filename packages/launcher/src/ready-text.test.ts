import { readyText } from "./ready-text.ts";

const places = {
  gateway: "http://127.0.0.1:8080",
  metrics: "http://127.0.0.1:9464/metrics",
  redis: "unix:/srv/.sluice/redis/redis.sock",
  dataDir: "/srv/.sluice",
};

describe("what is printed when everything runs", () => {
  test("gives commands that work as they are", () => {
    const text = readyText(places, { deployed: true, defaultDataDir: true, region: "us-east-1" });
    expect(text).toMatch(/^Sluice is ready\n/);
    expect(text).toContain(`curl http://127.0.0.1:8080/fn/hello -d '{"name":"you"}'`);
    expect(text).toContain(
      "AWS_SHARED_CREDENTIALS_FILE=.sluice/credentials aws --endpoint-url http://127.0.0.1:8080 --region us-east-1 lambda list-functions",
    );
    expect(text).not.toContain("export");
  });

  test("tells the CLI of a folder that it would not find, in which the address lies", () => {
    const elsewhere = { ...places, gateway: "http://127.0.0.1:8090", dataDir: "/srv/it's mine" };
    const text = readyText(elsewhere, { deployed: false, defaultDataDir: false, region: "eu-west-1" });
    expect(text).toContain(`export SLUICE_DATA_DIR='/srv/it'\\''s mine'`);
    expect(text).toContain(
      `AWS_SHARED_CREDENTIALS_FILE='/srv/it'\\''s mine/credentials' aws --endpoint-url http://127.0.0.1:8090`,
    );
    expect(text).toContain("--region eu-west-1");
    expect(text).toContain("npx sluice deploy examples");
    expect(text).not.toContain("fn/hello");
  });
});
