/** What `--help` prints. */
export const help = `Usage: sojourn serve [options]
       sojourn sessions list --user <id> | show <id> | revoke <id> | revoke --user <id>
       sojourn sessions revoke --everybody
       sojourn types list | show <tag> | define <file.json> | remove <tag>
       sojourn keys list | rotate | retire <key>
       sojourn secrets list | rotate | retire <id>

serve: runs the session server.

  --port <number>         port to listen on; 0 takes a free one      4000
  --host <address>        address to listen on                       127.0.0.1
  --store <store>         memory, sqlite:<file> or redis://<host>    sqlite:./sojourn.db
  --secrets <folder>      secrets and signing keys; Redis needs it   <file>.secrets
  --origin <origin>       origin of an app; may be given often       http://localhost:5173
  --demo-users            lets ada, grace and alan in (password: demo)
  --cookie                keeps refresh tokens in an HttpOnly cookie
  --page-data <what>      pages write, read or get none of the data  write
  --access-ttl <time>     life of access tokens                      5m
  --idle <time>           ends when nobody is active for so long     30m
  --absolute <time>       ends so long after sign-in                 12h
  --remember-idle <time>, --remember-absolute <time>
                          the same for who asked to be remembered    14d, 30d
  --max-sessions <number> of one user at once; the oldest ends       any number
  --algorithm <name>      ES256, EdDSA or HS256                      ES256
  --issuer <url>          iss of tokens                              the URL it listens on
  --audience <url>        aud of tokens                              the issuer
  --public-origin <url>   origin that clients call, behind a proxy   the https issuer's
  --trust-proxy           takes client addresses from X-Forwarded-For
  --dpop-nonce            demands a nonce in every DPoP proof
  --require-proof         refuses a sign-in without a DPoP proof
  --reauthenticate-for <time>
                          ending other devices needs a proof so new  not needed
  --log <style>           a line a request: human, json or none      human
  --metrics               adds /metrics for Prometheus
  --no-limits             no limits on sign-in and refresh (benchmarks)
  --faults                adds /dev/faults and /dev/journal (development)

sessions, types, keys, secrets: look at what a server keeps, or change it, while it runs or not.

  --store <store>         where the sessions are                     sqlite:./sojourn.db
  --secrets <folder>      as for serve                               <file>.secrets
  --url <url>             asks a server that runs, instead of a store (not keys,
                          not secrets)
  --api-key-env <name>    variable that holds an API key for --url   SOJOURN_API_KEY
  --json                  prints JSON, for programs

  sessions list           also: --type <tag>, --limit <number>, --cursor <text>
  types define            also: --update, for a type that there is already
  types remove            also: --force, which ends its sessions
  keys rotate             also: --algorithm <name>
  keys retire             also: --force, for the key that signs now
  secrets rotate          also: --after <time>, until the new one signs: 10m
                          and --nonces, for those of DPoP nonces
  secrets retire          also: --force, for a stolen one, and the one that signs

  -h, --help              this text
  --version               the version of sojourn

Times are numbers with a unit: 90s, 5m, 12h, 14d. Keys come from the environment, and are in no list of processes:
SOJOURN_ADMIN_KEYS and SOJOURN_INTROSPECTION_KEY (several with commas), SOJOURN_METRICS_KEY.
Ends with 0 when all went well, 1 when something failed, 2 when it was called wrongly.
`;
