import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { type ClientSettings, clientOf } from "./clients.js";

/** Has a function called on its own time: Lambda keeps the event, and calls again if the function fails. */
export async function invokeLater(name: string, event: object, settings: ClientSettings): Promise<void> {
  const Payload = JSON.stringify(event);
  await clientOf(LambdaClient, settings).send(
    new InvokeCommand({ FunctionName: name, InvocationType: "Event", Payload }),
  );
}
