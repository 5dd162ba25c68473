/** Has a database to itself for a moment, in a process of its own, and says when. */

import { DatabaseSync } from "node:sqlite";

const [path, ms] = Deno.args as [string, string];
const db = new DatabaseSync(path);
db.exec("CREATE TABLE other (a); BEGIN EXCLUSIVE");
console.log("locked");
await new Promise((resolve) => setTimeout(resolve, Number(ms)));
db.exec("COMMIT");
db.close();
