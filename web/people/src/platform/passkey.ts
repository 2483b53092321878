/** WebAuthn as the server speaks it: JSON whose bytes are base64url; browsers speak in buffers. */

export type Json = Record<string, unknown>;
export type Options = { publicKey: Json } | null;

export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

export function textOf(bytes: ArrayBuffer): string {
  const letters = Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join("");
  return btoa(letters).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/** Can this browser have passkeys here? They need a secure context. */
export const passkeys = (): boolean => typeof PublicKeyCredential !== "undefined";

interface Descriptor { id: string; type: PublicKeyCredentialType; transports?: AuthenticatorTransport[] }
const credentials = (all: unknown) => ((all ?? []) as Descriptor[]).map((one) => ({ ...one, id: bytesOf(one.id) }));

/** `options` as the server gave them, with bytes where they belong. */
export function creationOf(options: Json): PublicKeyCredentialCreationOptions {
  const user = options["user"] as Json;
  return {
    ...options, challenge: bytesOf(options["challenge"] as string), user: { ...user, id: bytesOf(user["id"] as string) },
    excludeCredentials: credentials(options["excludeCredentials"]),
  } as unknown as PublicKeyCredentialCreationOptions;
}

export function requestOf(options: Json): PublicKeyCredentialRequestOptions {
  return {
    ...options, challenge: bytesOf(options["challenge"] as string), allowCredentials: credentials(options["allowCredentials"]),
  } as unknown as PublicKeyCredentialRequestOptions;
}

/** A credential as the server reads it. */
export function told(credential: PublicKeyCredential): Json {
  const response = credential.response as AuthenticatorAttestationResponse & AuthenticatorAssertionResponse;
  const bytes = { clientDataJSON: response.clientDataJSON, attestationObject: response.attestationObject,
    authenticatorData: response.attestationObject ? undefined : response.authenticatorData,
    signature: response.signature, userHandle: response.userHandle };
  const said = Object.fromEntries(Object.entries(bytes).flatMap(([name, value]) => (value ? [[name, textOf(value)]] : [])));
  return {
    id: credential.id, rawId: textOf(credential.rawId), type: credential.type, clientExtensionResults: credential.getClientExtensionResults(),
    response: response.getTransports ? { ...said, transports: response.getTransports() } : said,
  };
}

/** Makes one on this device. Raises DOMException where its owner does not want to. */
export async function made(options: Options): Promise<Json> {
  const credential = await navigator.credentials.create({ publicKey: creationOf(options?.publicKey ?? {}) });
  return told(credential as PublicKeyCredential);
}

/** Proves that one is at hand. Raises DOMException. */
export async function proven(options: Options): Promise<Json> {
  const credential = await navigator.credentials.get({ publicKey: requestOf(options?.publicKey ?? {}) });
  return told(credential as PublicKeyCredential);
}
