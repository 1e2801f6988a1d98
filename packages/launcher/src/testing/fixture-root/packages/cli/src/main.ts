/** Stands in for `sluice deploy` in the launcher's tests. */
const { SLUICE_ENDPOINT, SLUICE_DATA_DIR, FIXTURE_DEPLOY_FAILS } = process.env;
if (FIXTURE_DEPLOY_FAILS) {
  process.stderr.write("no such luck\n");
  process.exitCode = 1;
} else {
  process.stdout.write(`created hello at ${SLUICE_ENDPOINT} with ${SLUICE_DATA_DIR}\n`);
}
