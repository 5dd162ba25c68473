/** What a schema finds wrong, in words. */

import type { z } from "zod";

/** One sentence for the first thing wrong: which field, and what was expected there. */
export function describeIssue(issue: z.core.$ZodIssue): string {
  const field = issue.path.map(String).join(".");
  const at = (text: string) => field === "" ? text : `${field}: ${text}`;
  switch (issue.code) {
    case "unrecognized_keys":
      return at("a field this message does not have");
    case "invalid_type":
      return at(`expected ${issue.expected}`);
    case "invalid_value":
      return at(`expected ${issue.values.map((value) => JSON.stringify(value)).join(" or ")}`);
    default:
      return at(issue.message);
  }
}
