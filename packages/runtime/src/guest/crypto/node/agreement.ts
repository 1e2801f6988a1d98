import { base64urlOf, bytesOfBase64url } from "../base64url.ts";
import { compute } from "../host.ts";
import { type AsymmetricKey, exportJwk, generateKey, publicKeyOf, readKey } from "../key-material.ts";
import { type Bytes, joinBytes } from "../../web/bytes.ts";
import { jwkBytes } from "../web/jwk.ts";
import { asBuffer, type Encoding, type NodeBuffer, output, ownBytes } from "./bytes-of-input.ts";
import { curveNamed } from "./generate.ts";
import { privateKeyOf, publicKeyFrom } from "./key-input.ts";
import { asNode, nodeError } from "./node-error.ts";

const JWK_CURVES: Readonly<Record<string, readonly [name: string, bytes: number]>> = {
  prime256v1: ["P-256", 32],
  secp384r1: ["P-384", 48],
  secp521r1: ["P-521", 66],
  secp256k1: ["secp256k1", 32],
};
const BAD_POINT = ["ERR_CRYPTO_ECDH_INVALID_PUBLIC_KEY", "Public key is not valid for specified curve"] as const;

export function diffieHellman(options: { readonly privateKey: unknown; readonly publicKey: unknown }): NodeBuffer {
  const own = privateKeyOf(options.privateKey);
  const peer = publicKeyFrom(options.publicKey);
  if (own.facts.type !== peer.facts.type || own.facts.type.startsWith("rsa") || own.facts.type === "ed25519") {
    throw nodeError("ERR_CRYPTO_INCOMPATIBLE_KEY", "Incompatible key types for Diffie-Hellman");
  }
  return asBuffer(asNode(() => compute({ do: "agree" }, own.der, peer.der)));
}

/** `createECDH` with generated keys; points are uncompressed. */
export class ECDH {
  readonly #curve: string;
  #key: AsymmetricKey | undefined;

  constructor(curve: unknown) {
    this.#curve = curveNamed(curve);
  }

  generateKeys(encoding?: Encoding): NodeBuffer | string {
    this.#key = asNode(() => generateKey("ec", this.#curve));
    return this.getPublicKey(encoding);
  }

  getPublicKey(encoding?: Encoding): NodeBuffer | string {
    const { x, y } = exportJwk(publicKeyOf(this.#own()));
    const point = joinBytes([Uint8Array.of(4), bytesOfBase64url(x) as Bytes, bytesOfBase64url(y) as Bytes]);
    return output(point, encoding);
  }

  getPrivateKey(encoding?: Encoding): NodeBuffer | string {
    return output(bytesOfBase64url(exportJwk(this.#own())["d"]) as Bytes, encoding);
  }

  computeSecret(other: unknown, inputEncoding?: Encoding, outputEncoding?: Encoding): NodeBuffer | string {
    const own = this.#own();
    const point = ownBytes("otherPublicKey", other, inputEncoding);
    const [crv, size] = JWK_CURVES[this.#curve] as readonly [string, number];
    if (point.length !== 1 + 2 * size || point[0] !== 4) throw nodeError(...BAD_POINT);
    const [x, y] = [base64urlOf(point.subarray(1, 1 + size)), base64urlOf(point.subarray(1 + size))];
    try {
      const peer = readKey("jwk", "public", jwkBytes({ kty: "EC", crv, x, y }));
      return output(compute({ do: "agree" }, own.der, peer.der), outputEncoding);
    } catch {
      throw nodeError(...BAD_POINT);
    }
  }

  #own(): AsymmetricKey {
    if (this.#key === undefined) throw nodeError("ERR_CRYPTO_ECDH_INVALID_KEY", "Call generateKeys first");
    return this.#key;
  }
}

export const createECDH = (curve: unknown): ECDH => new ECDH(curve);
