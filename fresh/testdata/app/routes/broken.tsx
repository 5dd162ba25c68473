import { Broken } from "../islands/Broken.tsx";
import { define } from "../define.ts";

export default define.page(({ url }) =>
  url.search === "?children" ? <Broken>text</Broken> : <Broken onClick={() => {}} />
);
