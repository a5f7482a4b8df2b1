// A real OpenID Connect provider for the tests, on a loopback port. Any name signs in: the name is the mail address.
// Usage: node provider.js PORT REDIRECT_URI. Writes "ready" once it listens.
import Provider from "oidc-provider";

const [port, redirectUri] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const common = { client_secret: "a secret of the tests only", redirect_uris: [redirectUri], grant_types: ["authorization_code"] };
const outside = new URL("/connexion", redirectUri).href;

function claimsOf(address) {
  const claims = { sub: address, email: address, name: "Malik Benali", given_name: "Malik", usual_name: "Benali", siret: "21290019500010", idp_id: "an-id" };
  if (address.startsWith("silent.")) return { ...claims, email: address.slice("silent.".length) };
  if (address.startsWith("unverified.")) return { ...claims, email: address.slice("unverified.".length), email_verified: false };
  return { ...claims, email_verified: true };
}

const provider = new Provider(issuer, {
  clients: [
    { ...common, client_id: "beffroi", post_logout_redirect_uris: [outside] },
    { ...common, client_id: "another" },
    { ...common, client_id: "signed", userinfo_signed_response_alg: "RS256", post_logout_redirect_uris: [outside] },
  ],
  features: { devInteractions: { enabled: true }, jwtUserinfo: { enabled: true }, rpInitiatedLogout: { enabled: true } },
  acrValues: ["eidas1"],
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"], given_name: ["given_name"], usual_name: ["usual_name"], siret: ["siret"], idp_id: ["idp_id"], acr: null },
  scopes: ["openid", "email", "given_name", "usual_name", "siret", "idp_id"],
  pkce: { required: () => true },
  cookies: { keys: ["a key of the tests only"] },
  findAccount: (_context, id) => ({ accountId: id, claims: () => claimsOf(id) }),
});

provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
