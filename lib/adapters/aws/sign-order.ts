import { keyId } from "../../core/audit/seal.js";
import { type OrderBody, orderMessage, type SignedOrder } from "../../core/policy/order.js";
import type { Signer } from "../../ports/signer.js";

/** An order in the form that the stack accepts. */
export async function signOrder(order: OrderBody, signer: Pick<Signer, "publicKey" | "sign">): Promise<SignedOrder> {
  const body = JSON.stringify(order);
  const signature = Buffer.from(await signer.sign(orderMessage(body))).toString("base64");
  return { body, signatures: [{ keyid: keyId(signer.publicKey), signature }] };
}
