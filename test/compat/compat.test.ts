import { describeAwsCli } from "./aws-cli.suite.ts";
import { describeBehaviour } from "./behaviour.suite.ts";
import { describeBoto } from "./boto.suite.ts";
import { CompatProduct } from "./compat-product.ts";
import { describeOperations } from "./operations.suite.ts";
import { describeRefusals } from "./refusals.suite.ts";

/** One product for all of it: starting it costs more than what is asked of it. */
let product: CompatProduct;
beforeAll(async () => {
  product = await CompatProduct.start();
});
afterAll(() => product.stop());

describeOperations(() => product);
describeRefusals(() => product);
describeBehaviour(() => product);
describeBoto(() => product);
describeAwsCli(() => product);
