import { z } from "zod";

export const count = z.int().nonnegative();
export const milliseconds = z.number().nonnegative();
/** RFC 3339 in UTC. */
export const time = z.iso.datetime();
export const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
/** 0…1. */
export const share = z.number().min(0).max(1);
