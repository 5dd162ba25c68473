/** What this machine can run. */

/** Whether a program of this name is in the `PATH`, or where Debian keeps those for root. */
export function isCommand(name: string): boolean {
  const directories = [...(Deno.env.get("PATH") ?? "").split(":"), "/usr/sbin", "/sbin"];
  return directories.some((directory) => isFile(`${directory}/${name}`));
}

/** The first of these paths that is a file; where somebody `named` one, only that. */
export function firstFile(named: string | undefined, usual: string[]): string | null {
  return (named ? [named] : usual).find(isFile) ?? null;
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
