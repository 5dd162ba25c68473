import { asset } from "fresh/runtime";
import { define } from "./(_kit)/define.ts";

export default define.page(({ Component, state }) => (
  <html lang="en">
    <head>
      <title>App</title>
      <meta name="description" content="app" />
      <link rel="icon" href={asset("/hello.txt")} />
    </head>
    <body class={state.user}>
      <Component />
    </body>
  </html>
));
