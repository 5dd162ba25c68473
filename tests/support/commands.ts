/** What else this machine can run. */

/** Whether a program of this name is in the `PATH`, or where Debian keeps those for root. */
export function isCommand(name: string): boolean {
  const directories = [...(Deno.env.get("PATH") ?? "").split(":"), "/usr/sbin", "/sbin"];
  return directories.some((directory) => {
    try {
      return Deno.statSync(`${directory}/${name}`).isFile;
    } catch {
      return false;
    }
  });
}
