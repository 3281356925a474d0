/** Public repositories that are measured when they lie in the folder of `SCHEMA_GATE_CORPUS`, each under its own name. */
export const REPOSITORIES: readonly { readonly name: string; readonly folder: string }[] = [
  { name: "svix-webhooks", folder: "server/svix-server/migrations" },
  { name: "Plume", folder: "migrations/postgres" },
  { name: "crates.io", folder: "migrations" },
  { name: "lemmy", folder: "migrations" },
];
